import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import { dateMrkdwn, smallPrint } from "#slack/text/blocks.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { namesEnvironments } from "#slack/text/states.ts";
import { inert, inertWithin } from "#slack/text/text.ts";
import { shortId } from "./listed-rows.ts";

const ENVIRONMENTS_CHARS = 200;

/**
 * How a change is called, in small print: when it was asked for, its short id, its revision, and what the headline has no room
 * for. The whole id stands in Details, in links and in the API; every word takes the short one. `before`: what stands in the same line.
 */
export function nameLine(change: Change, linkTo: LinkTo, before: readonly string[] = []): types.ContextBlock {
  return smallPrint(
    ...before,
    `Change \`${inert(shortId(change.id))}\`, ${dateMrkdwn(change.createdAt)}`,
    ...(change.revision > 1 ? [`Revision ${change.revision}`] : []),
    ...environments(change),
    ...sourceLink(change, linkTo),
  );
}

function environments(change: Change): string[] {
  if (namesEnvironments(change)) return [];
  const names = change.environments.filter((name) => name !== "");
  return names.length === 0 ? [] : [`Environments ${inertWithin(names.join(", "), ENVIRONMENTS_CHARS)}`];
}

/** Where it was asked for in words, as a link made here of Slack's own ids; nothing for what was asked for otherwise. */
function sourceLink({ source, home }: Change, linkTo: LinkTo): string[] {
  const url = source === null || home === null ? null : linkTo({ teamId: home.teamId, ...source });
  return url === null ? [] : [`<${url}|The message it came from>`];
}
