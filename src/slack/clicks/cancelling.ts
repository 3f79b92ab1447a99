import { z } from "zod";
import type { CancelAsk, Cancelled } from "#change/changes.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Where } from "#slack/client/where.ts";
import { inert } from "#slack/text/text.ts";
import { whoCanApprove } from "#slack/text/who-can.ts";
import type { DecidingDeps } from "./deciding.ts";
import { isHere, notHere } from "./is-here.ts";

/**
 * Has a change stopped by somebody where they look at it, and says what only they are told of it. Who they are and, where
 * that decides, which groups they are in is asked of Slack now.
 */
export async function cancelAs(
  deps: DecidingDeps,
  where: Where,
  changeId: unknown,
  reason: string | null,
): Promise<string> {
  const id = z.uuid().safeParse(changeId);
  const known = await deps.people.isMember(where.userId, where.userTeamId, "stop");
  if (!known.ok) return `Nothing was stopped. ${known.reason}`;
  const change = id.success ? await deps.changes.get(id.data) : null;
  if (change === null) return answerTo({ kind: "unknown" });
  if (!(await isHere(deps, change, where, "stop"))) return `Nothing was stopped: ${notHere(where)}`;
  return cancelFor(deps, { changeId: change.id, by: known.person, reason, writtenAt: where.at });
}

/** Has a change stopped for somebody Slack vouches for, wherever it belongs, and says what only they are told of it. */
export async function cancelFor(
  { changes, findGroups }: Pick<SlackDeps, "changes" | "findGroups">,
  given: Omit<CancelAsk, "groups">,
): Promise<string> {
  const { by } = given;
  const first = await changes.cancel(given);
  if (first.kind !== "refused" || by.kind !== "slack") return answerTo(first);
  const { groups, fault } = await findGroups(by, first.terms);
  if (fault !== null) return `Nothing was stopped. ${fault}`;
  return answerTo(groups.length === 0 ? first : await changes.cancel({ ...given, groups }));
}

function answerTo(cancelled: Cancelled): string {
  switch (cancelled.kind) {
    case "cancelled":
      return "Cancelled. Nothing of it was run.";
    case "stopping":
      return "It is being stopped: what runs is ended, and nothing more of it is begun. The card says how far it got.";
    case "already":
      return `Nothing was changed by this. ${inert(cancelled.reason)}`;
    case "refused":
      return [`Nothing was stopped. ${inert(cancelled.reason)}`, ...whoCanApprove(cancelled.terms)].join(
        "\n",
      );
    case "unknown":
      return "Nothing was stopped: Greenlight does not know this change any more.";
  }
}
