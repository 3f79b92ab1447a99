import { randomBytes } from "node:crypto";
import { type Answer, type Args, flagArg, isRefusal, type Refusal, refuse, textArg } from "./answer.ts";
import { changedFields, isEmpty, newFields, readContent } from "./content.ts";
import { TIMES } from "./limits.ts";
import { APP } from "./people.ts";
import type { Message, Workspace } from "./workspace.ts";

/** Where an answer through a response_url goes. `original` is the message whose button was pressed. */
type Target = { user: string; channel: string; original: Message | null; until: number; uses: number };

/** The response_urls given out so far. */
export type ResponseUrls = ReturnType<typeof createResponseUrls>;

/** Each is good for five posts within thirty minutes; they need no token and reach channels the bot is not in. */
export function createResponseUrls(workspace: Workspace) {
  const targets = new Map<string, Target>();
  return {
    /** The path of a new one. */
    issue(
      kind: "commands" | "actions" | "app",
      user: string,
      channel: string,
      original: Message | null,
    ): string {
      const path = `/${kind}/${workspace.team.id}/${targets.size + 1}/${randomBytes(12).toString("hex")}`;
      const until = workspace.now() + TIMES.responseUrlMs;
      targets.set(path, { user, channel, original, until, uses: 0 });
      return path;
    },

    /** Carries out what was posted to the path; null when there never was such a path. */
    use(path: string, args: Args): Answer | null {
      const target = targets.get(path);
      if (target === undefined) return null;
      if (workspace.now() > target.until) return refuse("expired_url");
      if (target.uses >= TIMES.responseUrlUses) return refuse("used_url");
      const refused = respond(workspace, target, args);
      if (refused !== null) return refused;
      target.uses += 1;
      return { ok: true };
    },
  };
}

/** What an app says in answer to a command, by ack or by response_url: only to the person, or to the channel. */
export function respond(
  workspace: Workspace,
  target: { user: string; channel: string; original: Message | null },
  args: Args,
): Refusal | null {
  const { original } = target;
  if (flagArg(args, "delete_original")) {
    if (original !== null) workspace.remove(original);
    return null;
  }
  const content = readContent(args);
  if (isRefusal(content)) return content;
  if (isEmpty(content)) return refuse("no_text");
  if (flagArg(args, "replace_original") && original !== null) {
    workspace.change(original, changedFields(content, original));
    return null;
  }
  workspace.add({
    channel: target.channel,
    user: APP.botUserId,
    ...newFields(content),
    threadTs: textArg(args, "thread_ts") ?? null,
    ephemeralTo: textArg(args, "response_type") === "in_channel" ? null : target.user,
  });
  return null;
}
