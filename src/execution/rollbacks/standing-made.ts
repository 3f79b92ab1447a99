import { missingOf } from "#execution/facts/became.ts";
import { isByController, managerOf } from "#execution/objects/managers.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { CLOCKS_MS, type Others, type Ran, type Stands } from "./stands.ts";

/** What the steps that ran left of an object they made. `isOpen`: another step changed it too, and nobody saw what it leaves. */
export type MadeBy = {
  target: string;
  ran: Ran | undefined;
  left: readonly ClusterObject[];
  isOpen: boolean;
};

/**
 * How an object of the plan's making stands. One of the same name may have been made by somebody else: it is known by the uid
 * that the first look after its step found, or, where nobody looked, by its time of birth. And it is known by its values: what
 * somebody wrote into it since would be gone with it.
 */
export function standsMade({ target, ran, left, isOpen }: MadeBy, now: ClusterObject | null): Stands {
  if (now === null || ran === undefined) return { kind: "as before" };
  const { startedAt = null, finishedAt = null, outcome } = ran;
  const born = Date.parse(String(now.metadata["creationTimestamp"] ?? ""));
  if (startedAt === null || finishedAt === null || Number.isNaN(born))
    return { kind: "other", says: "it cannot be told whether it is the one that this plan made" };
  const uid = ran.made?.[target];
  if (uid !== undefined && uid !== now.metadata["uid"])
    return { kind: "other", says: "somebody deleted the one that this plan made and made it anew since" };
  const isOurs = born >= startedAt.getTime() - CLOCKS_MS && born <= finishedAt.getTime() + CLOCKS_MS;
  const others = isOurs && !isOpen ? othersIn(left, now) : null;
  if (others !== null) return { kind: "other", says: others };
  if (isOurs) return { kind: "ours", verb: "delete", content: null };
  if (outcome !== "done" && born < startedAt.getTime()) return { kind: "as before" };
  return { kind: "other", says: `it was made at ${new Date(born).toISOString()}, and not by this plan` };
}

/** What holds another value than each of the states that the plan may have left; null where one of them is there. */
function othersIn(left: readonly ClusterObject[], now: ClusterObject): Others | null {
  const missing = left.map((state) => missingOf(state, now).filter(({ path }) => !isByController(now, path)));
  const last = missing.at(-1)?.[0];
  if (last === undefined || missing.some(({ length }) => length === 0)) return null;
  const { path, before, after } = last;
  return { path, now: after, left: before, by: managerOf(now, path) };
}
