import { type Args, isRefusal, jsonArg, type Refusal, refuse, refuseWith, textArg } from "./answer.ts";
import { checkBlocks } from "./blocks.ts";
import { isObject, type Json } from "./check.ts";
import { completeBlocks } from "./element-walk.ts";
import { LIMITS } from "./limits.ts";
import { type Message, newBlockId } from "./workspace.ts";

/** What a message says; a field is undefined when the app did not mention it. */
export type Content = {
  text: string | undefined;
  blocks: Json[] | undefined;
  attachments: Json[] | undefined;
  metadata: Json | undefined;
};

/** Reads text, blocks, attachments and metadata, or says in Slack's words why they cannot be taken. */
export function readContent(args: Args): Content | Refusal {
  const text = textArg(args, "text");
  const markdown = textArg(args, "markdown_text");
  const given = jsonArg(args, "blocks");
  if (markdown !== undefined && (text !== undefined || given !== undefined))
    return refuse("markdown_text_conflict");
  const blocks = readBlocks(markdown === undefined ? given : [{ type: "markdown", text: markdown }]);
  if (isRefusal(blocks)) return blocks;
  const attachments = jsonArg(args, "attachments");
  if (attachments !== undefined && !Array.isArray(attachments)) return refuse("invalid_attachments");
  const metadata = readMetadata(jsonArg(args, "metadata"));
  if (isRefusal(metadata)) return metadata;
  if ((text ?? "").length > LIMITS.messageText) return refuse("msg_too_long");
  return { text, blocks, attachments: attachments as Json[] | undefined, metadata };
}

/** Whether there is nothing to show. */
export function isEmpty(content: Content): boolean {
  const lists = [content.blocks, content.attachments].every((one) => one === undefined || one.length === 0);
  return lists && (content.text ?? "").trim() === "";
}

/** The fields of a new message with this content. */
export function newFields(content: Content): Pick<Message, "text" | "blocks" | "attachments" | "metadata"> {
  return {
    text: content.text ?? "",
    blocks: content.blocks !== undefined && content.blocks.length > 0 ? content.blocks : null,
    attachments: content.attachments ?? [],
    metadata: content.metadata ?? null,
  };
}

/** Slack's way to change a message: text alone removes the blocks and marks it as edited, neither keeps them. */
export function changedFields(content: Content, before: Message): Partial<Message> {
  const fields: Partial<Message> = {};
  if (content.text !== undefined) fields.text = content.text;
  if (content.blocks !== undefined) fields.blocks = content.blocks.length > 0 ? content.blocks : null;
  else if (content.text !== undefined) {
    fields.blocks = null;
    fields.edited = true;
  }
  if (content.attachments !== undefined) fields.attachments = content.attachments;
  if (content.metadata !== undefined)
    fields.metadata = Object.keys(content.metadata).length === 0 ? null : content.metadata;
  return { edited: before.edited, ...fields };
}

/** chat.update's own, much smaller limit. */
export function isTooLongToUpdate(content: Content): boolean {
  const escaped = (content.text ?? "")
    .replaceAll(/&(?!amp;|lt;|gt;)/g, "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
  return Buffer.byteLength(escaped) > LIMITS.updateTextBytes;
}

function readBlocks(value: unknown): Json[] | undefined | Refusal {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return refuse("invalid_blocks_format");
  const faults = checkBlocks(value, "message", "/blocks");
  if (faults.length > 0) return refuseWith("invalid_blocks", faults);
  return completeBlocks(value as Json[], newBlockId);
}

function readMetadata(value: unknown): Json | undefined | Refusal {
  if (value === undefined) return undefined;
  if (!isObject(value)) return refuse("invalid_metadata_format");
  if (Object.keys(value).length === 0) return value;
  const right = typeof value["event_type"] === "string" && isObject(value["event_payload"]);
  return right ? value : refuse("invalid_metadata_schema");
}
