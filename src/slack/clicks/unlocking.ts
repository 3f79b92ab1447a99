import { z } from "zod";
import type { AskUnlock, Unlocked } from "#change/changes.ts";
import { targetsInWords } from "#slack/cards/unlock-message.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Where } from "#slack/client/where.ts";
import { inert } from "#slack/text/text.ts";
import { whoCanApprove } from "#slack/text/who-can.ts";

const ChangeId = z.uuid();

/**
 * Takes a change's targets away for somebody, and says what only they are told of it. Who they are and which groups they are
 * in is asked of Slack now; no answer is a no. Throws only for faults of the port.
 */
export async function unlockAs(
  deps: Pick<SlackDeps, "changes" | "people" | "findGroups">,
  { userId, userTeamId }: Where,
  given: Omit<AskUnlock, "by" | "groups">,
): Promise<string> {
  const known = await deps.people.isMember(userId, userTeamId, "decide");
  if (!known.ok) return `Nothing was unlocked. ${known.reason}`;
  // Whoever typed it may have typed anything.
  const change = ChangeId.safeParse(given.changeId).success ? await deps.changes.get(given.changeId) : null;
  if (change === null) return answerTo({ kind: "unknown" });
  const by = known.person;
  const { groups, fault } =
    change.terms === null ? { groups: [], fault: null } : await deps.findGroups(by, change.terms);
  const unlocked = await deps.changes.unlock({ ...given, by, groups });
  // What Slack did not say may be why: that is worth more to them than a list of others.
  return unlocked.kind === "refused" && unlocked.terms !== undefined && fault !== null
    ? `Nothing was unlocked. ${fault}`
    : answerTo(unlocked);
}

function answerTo(unlocked: Unlocked): string {
  switch (unlocked.kind) {
    case "unlocked":
      return `Unlocked: ${targetsInWords(unlocked.targets)}. Whoever waits for it goes on now. The change has to take it again before anything more of it runs; its card and its thread say that it was you, and why.`;
    case "refused": {
      const who = unlocked.terms === undefined ? [] : whoCanApprove(unlocked.terms);
      return [`Nothing was unlocked. ${inert(unlocked.reason)}`, ...who].join("\n");
    }
    case "nothing":
    case "busy":
      return `Nothing was unlocked. ${inert(unlocked.reason)}`;
    case "unknown":
      return "Nothing was unlocked: Greenlight does not know this change.";
  }
}
