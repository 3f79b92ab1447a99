import type { ApprovalTerms } from "#change/approval.ts";
import type { Change } from "#change/change.ts";
import type { ListedChange, Viewer } from "#change/listed.ts";
import { isSamePerson } from "#change/person.ts";
import { whyNotDecide } from "#policy/approvals/approvers.ts";
import { findTerms, type TermsDeps } from "#threads/answering/terms.ts";

/** What of a change tells who may see and who may decide. */
export type Seen = Pick<ListedChange, "requester" | "home" | "risk" | "environments" | "escalated">;

/** What the rules go by. `escalated`: where more people may approve by now; nowhere, of a kind. */
type Judged = Pick<Change, "risk" | "environments"> & {
  teamId: string | null;
  escalated?: readonly string[];
};

/**
 * Whether a viewer may see a change: in the channel it belongs to everybody may, elsewhere whoever asked for it, and whoever
 * may approve it by the rules of now. One that is not assessed yet nobody can approve.
 */
export function createMaySee(deps: TermsDeps, viewer: Viewer): (change: Seen) => boolean {
  const mayApprove = createMayApprove(deps, viewer);
  return (change) => {
    const { person, channelId } = viewer;
    if (isSamePerson(person, change.requester)) return true;
    const teamId = change.home?.teamId ?? null;
    const isHere = person.kind === "slack" && channelId !== null && person.teamId === teamId;
    if (isHere && change.home?.channelId === channelId) return true;
    return mayApprove({ ...change, teamId }) !== "no";
  };
}

/** Whether a viewer may approve changes of a kind: all of them, or all but their own. Each kind is judged once. */
export function createMayApprove(
  deps: TermsDeps,
  viewer: Viewer,
): (judged: Judged) => "all" | "others" | "no" {
  const known = new Map<string, "all" | "others" | "no">();
  return ({ risk, environments, teamId, escalated = [] }) => {
    const key = JSON.stringify([risk, environments, teamId, escalated]);
    const answer = known.get(key) ?? judge(deps, viewer, { risk, environments, teamId, escalated });
    known.set(key, answer);
    return answer;
  };
}

function judge(
  deps: TermsDeps,
  { person, groups }: Viewer,
  { risk, environments, teamId, escalated = [] }: Judged,
): "all" | "others" | "no" {
  if (risk === null) return "no";
  const terms: ApprovalTerms = findTerms(deps, {
    ...{ risk, environments, requester: person, revision: 1 },
    decisions: [{ gate: "approval", revision: 1, escalated: [...escalated] }],
  });
  const about = { requester: person, teamId };
  // Their own is what `requesterMayApprove` speaks of; here it is everybody's.
  const why = whyNotDecide(person, about, { ...terms, requesterMayApprove: true }, groups);
  if (why !== null) return "no";
  return terms.requesterMayApprove ? "all" : "others";
}
