import { targetName } from "#execution/facts/judge.ts";
import { locatedIn } from "#execution/objects/at-path.ts";
import { backPatch, type Operation } from "#execution/objects/back-patch.ts";
import { type Difference, differencesOf, isSame } from "#execution/objects/differences.ts";
import { managerOf } from "#execution/objects/managers.ts";
import { valueIn } from "#execution/objects/values.ts";
import type { ClusterObject } from "#execution/previews/object-changes.ts";
import { type Chain, composed, type Link, restartedAt, SOME_TIME } from "./chain.ts";
import { differencesAnew, recreated } from "./recreate.ts";
import { standsMade } from "./standing-made.ts";
import { CLOCKS_MS, type Others, type Ran, type Stands } from "./stands.ts";

/**
 * Judges an object against what the steps that ran left of it. `ran`: the last attempt at a step; undefined where it was not
 * begun. `isOpen`: another step that ran changed it too, and nobody saw what it leaves.
 */
export function standsOf(
  { object, before, links }: Chain,
  now: ClusterObject | null,
  ran: (step: number) => Ran | undefined,
  isOpen = false,
): Stands {
  const begun = links.filter((link) => mayHaveRun(link, ran(link.step)));
  const isDone = (link: Link) => ran(link.step)?.outcome === "done";
  const lastDone = begun.findLastIndex(isDone);
  const states = composed(before, begun);
  const possible = states.slice(Math.max(0, lastDone));
  if (before === null) {
    const left = possible.filter((state) => state !== null);
    const [first] = begun;
    return standsMade({ target: targetName(object), ran: first && ran(first.step), left, isOpen }, now);
  }
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
  const why = whyAnother(before, begun, now, ran);
  if (why !== null) return { kind: "other", says: why };
  for (const state of known.toReversed()) {
    const content = takingBack(before, state, changed, now);
    if (content !== null) return { kind: "ours", verb: "patch", content };
  }
  // A step that failed and left another value had changed nothing: the other value was why it failed.
  if (lastDone === -1) return { kind: "as before" };
  return { kind: "other", says: whoElse(changed, known.at(-1) ?? before, now) };
}

/** Why an object of the same name, maybe with the same values, is not the one that the steps changed; null: it is that one. */
function whyAnother(
  before: ClusterObject,
  begun: readonly Link[],
  now: ClusterObject,
  ran: (step: number) => Ran | undefined,
): string | null {
  if (now.metadata["deletionTimestamp"] !== undefined) return "it is being deleted";
  const isMadeAnew = begun.some(({ state, isForced }) => isForced || state.after === null);
  const isSameOne = before.metadata["uid"] === undefined || before.metadata["uid"] === now.metadata["uid"];
  if (isMadeAnew || isSameOne) return null;
  const born = Date.parse(String(now.metadata["creationTimestamp"] ?? ""));
  const starts = begun.flatMap(({ step }) => ran(step)?.startedAt?.getTime() ?? []);
  // One that was there already when the first step ran is the one which that step changed.
  if (born < Math.min(...starts) - CLOCKS_MS) return null;
  return "somebody deleted it and made it anew since";
}

/**
 * A step with one object that counts as failed was refused by the server, and one write is done whole or not at all: what
 * stands there is another's doing. Of several objects it may have changed some.
 */
function mayHaveRun({ isAlone }: Link, ran: Ran | undefined): boolean {
  const outcome = ran?.outcome ?? "not run";
  return outcome !== "not run" && !(outcome === "failed" && isAlone);
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
  if (located === null || located.length === 0) return null;
  const { uid } = now.metadata;
  // Made anew after the look, it is another's, though it may have the same values.
  const isStill: Operation[] = uid === undefined ? [] : [{ op: "test", path: "/metadata/uid", value: uid }];
  return [...isStill, ...backPatch(located)];
}

function whoElse(changed: readonly Difference[], state: ClusterObject, now: ClusterObject): Others {
  const other = changed.find(({ path }) => !isSame(valueIn(now, path), valueIn(state, path)));
  if (other === undefined) return "somebody else made it anew";
  const { path } = other;
  return { path, now: valueIn(now, path), left: valueIn(state, path), by: managerOf(now, path) };
}
