import type { StepRecord } from "#change/journal.ts";
import { locatedIn } from "#execution/objects/at-path.ts";
import { backPatch, type Operation } from "#execution/objects/back-patch.ts";
import { type Difference, differencesOf, isSame, type Stretch } from "#execution/objects/differences.ts";
import { managerOf } from "#execution/objects/managers.ts";
import { valueIn } from "#execution/objects/values.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { type Chain, composed, type Link, restartedAt, SOME_TIME } from "./chain.ts";
import { differencesAnew, recreated } from "./recreate.ts";

/**
 * How an object of the plan stands right before it is taken back. `as before`: nothing of the plan stands there. `ours`: it is
 * exactly as the plan left it, and this takes it back. `other`: somebody else changed it since, and it is not touched.
 */
export type Stands =
  | { kind: "as before" }
  | { kind: "ours"; verb: "patch"; content: Operation[] }
  | { kind: "ours"; verb: "create"; content: ClusterObject }
  | { kind: "ours"; verb: "delete"; content: null }
  | { kind: "other"; says: Others };

/** The field that is another's: its name, the values (`undefined`: none), and who set it; or a sentence. */
export type Others =
  | {
      path: readonly Stretch[];
      now: unknown;
      left: unknown;
      by: { manager: string; at: string | null } | null;
    }
  | string;

/** The last attempt at a step, as far as it counts here. */
export type Ran = Pick<StepRecord, "outcome" | "startedAt" | "finishedAt">;

/** The database dates the attempt and the cluster the object: their clocks may differ by so much. */
const CLOCKS_MS = 60_000;

/** Judges an object against what the steps that ran left of it. `ran`: the last attempt at a step; undefined where it was not begun. */
export function standsOf(
  { before, links }: Chain,
  now: ClusterObject | null,
  ran: (step: number) => Ran | undefined,
): Stands {
  const begun = links.filter((link) => mayHaveRun(link, ran(link.step)));
  const isDone = (link: Link) => ran(link.step)?.outcome === "done";
  const lastDone = begun.findLastIndex(isDone);
  const states = composed(before, begun);
  const possible = states.slice(Math.max(0, lastDone));
  if (before === null) return standsMade(begun[0], now, ran);
  if (now === null) {
    const isOurs = possible.includes(null);
    return isOurs
      ? { kind: "ours", verb: "create", content: recreated(before) }
      : { kind: "other", says: "it is not there any more, and no step of the plan deletes it" };
  }
  const known = withTimes(possible, begun, now, ran);
  const changed = states.flatMap((state) => (state === null ? [] : differencesOf(before, state)));
  const isBefore = changed.every(({ path }) => isSame(valueIn(now, path), valueIn(before, path)));
  const isAnew = !possible.includes(null) || differencesAnew(before, now).length === 0;
  if (isBefore && isAnew) return { kind: "as before" };
  for (const state of known.toReversed()) {
    const content = takingBack(before, state, changed, now);
    if (content !== null) return { kind: "ours", verb: "patch", content };
  }
  // A step that failed and left another value had changed nothing: the other value was why it failed.
  if (lastDone === -1) return { kind: "as before" };
  return { kind: "other", says: whoElse(changed, known.at(-1) ?? before, now) };
}

/**
 * A step with one object that counts as failed was refused by the server, and one write is done whole or not at all: what
 * stands there is another's doing. Of several objects it may have changed some.
 */
function mayHaveRun({ isAlone }: Link, ran: Ran | undefined): boolean {
  const outcome = ran?.outcome ?? "not run";
  return outcome !== "not run" && !(outcome === "failed" && isAlone);
}

/** What the plan made itself: by its time of birth, since one of the same name may have been made by somebody else. */
function standsMade(
  first: Link | undefined,
  now: ClusterObject | null,
  ran: (step: number) => Ran | undefined,
): Stands {
  if (now === null || first === undefined) return { kind: "as before" };
  const { startedAt = null, finishedAt = null, outcome } = ran(first.step) ?? {};
  const born = Date.parse(String(now.metadata["creationTimestamp"] ?? ""));
  if (startedAt === null || finishedAt === null || Number.isNaN(born))
    return { kind: "other", says: "it cannot be told whether it is the one that this plan made" };
  const isOurs = born >= startedAt.getTime() - CLOCKS_MS && born <= finishedAt.getTime() + CLOCKS_MS;
  if (isOurs) return { kind: "ours", verb: "delete", content: null };
  if (outcome !== "done" && born < startedAt.getTime()) return { kind: "as before" };
  return { kind: "other", says: `it was made at ${new Date(born).toISOString()}, and not by this plan` };
}

/** The times that restarts wrote, where they were written while the step ran. */
function withTimes(
  states: readonly (ClusterObject | null)[],
  links: readonly Link[],
  now: ClusterObject,
  ran: (step: number) => Ran | undefined,
): ClusterObject[] {
  const there = restartedAt(now);
  const at = Date.parse(String(there));
  const isOurs = links.some(({ step, isRestart }) => {
    const { startedAt = null, finishedAt = null } = ran(step) ?? {};
    if (!isRestart || startedAt === null || finishedAt === null) return false;
    return at >= startedAt.getTime() - CLOCKS_MS && at <= finishedAt.getTime() + CLOCKS_MS;
  });
  return states
    .filter((state) => state !== null)
    .map((state) => (isOurs && restartedAt(state) === SOME_TIME ? withTime(state, there) : state));
}

function withTime(state: ClusterObject, time: unknown): ClusterObject {
  const text = JSON.stringify(state).replaceAll(JSON.stringify(SOME_TIME), JSON.stringify(time));
  return JSON.parse(text) as ClusterObject;
}

/** The patch that takes an object from this state of the plan back; null where it is not in that state. */
function takingBack(
  before: ClusterObject,
  state: ClusterObject,
  changed: readonly Difference[],
  now: ClusterObject,
): Operation[] | null {
  if (!changed.every(({ path }) => isSame(valueIn(now, path), valueIn(state, path)))) return null;
  const located = locatedIn(now, differencesOf(before, state));
  return located === null || located.length === 0 ? null : backPatch(located);
}

function whoElse(changed: readonly Difference[], state: ClusterObject, now: ClusterObject): Others {
  const other = changed.find(({ path }) => !isSame(valueIn(now, path), valueIn(state, path)));
  if (other === undefined) return "somebody else made it anew";
  const { path } = other;
  return { path, now: valueIn(now, path), left: valueIn(state, path), by: managerOf(now, path) };
}
