import {
  type Answer,
  type Args,
  isRefusal,
  jsonArg,
  needArg,
  refuse,
  refuseWith,
  textArg,
} from "./answer.ts";
import { isObject, type Json } from "./check.ts";
import { newFields, readContent } from "./content.ts";
import type { StoredFile } from "./files.ts";
import { findChannelToWrite } from "./methods-find.ts";
import { APP } from "./people.ts";
import type { Method, Stand } from "./stand.ts";

const SCOPES = ["files:write"];

/** files.*: the two calls around an upload. */
export const fileMethods: Record<string, Method> = {
  "files.getUploadURLExternal": { token: "bot", scopes: SCOPES, run: getUploadUrl },
  "files.completeUploadExternal": { token: "bot", scopes: SCOPES, run: completeUpload },
};

function getUploadUrl(stand: Stand, args: Args): Answer {
  const name = needArg(args, "filename");
  if (isRefusal(name)) return name;
  const length = Number(textArg(args, "length"));
  if (!Number.isInteger(length) || length <= 0)
    return refuseWith("invalid_arguments", ["missing required field: length"]);
  const file = stand.files.reserve(name, length);
  return { ok: true, upload_url: `${stand.origin()}/upload/v1/${file.id}`, file_id: file.id };
}

function completeUpload(stand: Stand, args: Args): Answer {
  const listed = jsonArg(args, "files");
  if (!Array.isArray(listed) || listed.length === 0)
    return refuseWith("invalid_arguments", ["missing required field: files"]);
  const files: StoredFile[] = [];
  for (const one of listed) {
    const file = isObject(one) ? stand.files.find(String(one["id"])) : null;
    if (file === null || file.content === null || file.shared) return refuse("file_not_found");
    if (isObject(one) && typeof one["title"] === "string") file.title = one["title"];
    files.push(file);
  }
  const posted = textArg(args, "channel_id") === undefined ? null : share(stand, args, files);
  if (isRefusal(posted)) return posted;
  for (const file of files) file.shared = true;
  return { ok: true, files: files.map(fileObject) };
}

function share(stand: Stand, args: Args, files: StoredFile[]) {
  const channel = findChannelToWrite(stand, { channel: args["channel_id"] });
  if (isRefusal(channel)) return channel;
  const content = readContent({ text: args["initial_comment"], blocks: args["blocks"] });
  if (isRefusal(content)) return content;
  const threadTs = textArg(args, "thread_ts") ?? null;
  const parent = threadTs === null ? undefined : stand.workspace.find(channel.id, threadTs);
  if (threadTs !== null && parent === undefined) return refuse("thread_not_found");
  return stand.workspace.add({
    channel: channel.id,
    user: APP.botUserId,
    ...newFields(content),
    threadTs,
    files: files.map(fileObject),
  });
}

function fileObject(file: StoredFile): Json {
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    mode: "hosted",
    filetype: file.name.split(".").at(-1) ?? "text",
    size: file.content?.length ?? file.length,
    user: APP.botUserId,
  };
}
