import { z } from "zod";
import type { Fact } from "#change/fact.ts";
import type { Command } from "#change/plan.ts";
import { keyOf } from "#execution/objects/state.ts";
import type { Look } from "#execution/previews/look.ts";
import { type ClusterObject, type RedactField, readField } from "#execution/previews/object-changes.ts";
import type { Expected } from "./expected.ts";
import { hasPods } from "./health.ts";
import { judgeObject, type Standing, settled, targetName } from "./judge.ts";
import { newestOf, type Restarts, restartsOf, type Trouble, troublesOf } from "./pods.ts";
import { getObjects, groupsOf, lookAtGroup } from "./read-objects.ts";
import { type LookAtAll, type Looked, pauseFor, type SettlePace, settle } from "./settle.ts";

/** What is read of one object: what it should be, and the command whose environment and login the look has. */
export type Read = Expected & {
  command: Command;
  /** Where something else than what the step left is asked for; pods are not looked at then, unless `judgePods` does. */
  judge?: (now: ClusterObject | null) => Standing;
  judgePods?: (standing: Standing, pods: readonly unknown[]) => { standing: Standing; troubles: Trouble[] };
};

/** What came of looking. `made`: what was found of the objects that steps made. `wasStopped`: a person told it to stop, so these are what the last look saw. */
export type FactsRead = { facts: Fact[]; wasStopped: boolean; made?: MadeObject[] };

/** An object that a step made, and what the server calls it. */
export type MadeObject = { step: number; target: string; uid: string };

/**
 * Reads back what the steps left, until it stands as it should, has failed for good, or `untilMs` has come. Nothing it runs
 * changes anything. Ends early when `stop` is aborted, and throws when `pause` is: the next owner looks again.
 */
export async function readFacts(
  deps: ReadDeps,
  reads: readonly Read[],
  untilMs: number,
  signals: { stop: AbortSignal; pause: AbortSignal },
): Promise<FactsRead> {
  if (reads.length === 0) return { facts: [], wasStopped: false };
  const first = new Map<string, Restarts>();
  const lookAtAll: LookAtAll = async () => {
    signals.pause.throwIfAborted();
    const found = await Promise.all(groupsOf(reads).map((group) => judgeGroup(deps, group, first)));
    return found.flat().toSorted((one, other) => one.standing.step - other.standing.step);
  };
  const over = AbortSignal.any([signals.stop, signals.pause]);
  const wait = async (ms: number): Promise<boolean> => {
    const isOver = await pauseFor(ms, over);
    signals.pause.throwIfAborted();
    return isOver;
  };
  return settle(lookAtAll, untilMs, { pace: deps.pace, now: deps.now, end: deps.end ?? settled, wait });
}

/** What reading is given: the look, the redaction of what is shown, and the time (ms). */
export type ReadDeps = {
  look: Look;
  redact: RedactField;
  pace: SettlePace;
  now: () => number;
  /** Hears of each object that a look found. */
  onSeen?: (read: Read, now: ClusterObject) => void;
  /** What is left of a standing when no more looks are made. */
  end?: (standing: Standing) => Fact;
};

async function judgeGroup(
  deps: ReadDeps,
  group: readonly Read[],
  first: Map<string, Restarts>,
): Promise<Looked[]> {
  const found = await lookAtGroup(deps.look, group);
  if (!found.ok) return group.map((read) => unread(read, found.problem, deps.redact));
  return Promise.all(
    group.map((read) => judgeRead(deps, read, found.now.get(keyOf(read.object)) ?? null, first)),
  );
}

async function judgeRead(
  deps: ReadDeps,
  read: Read,
  now: ClusterObject | null,
  first: Map<string, Restarts>,
): Promise<Looked> {
  if (now !== null) deps.onSeen?.(read, now);
  let standing: Standing;
  try {
    standing = read.judge?.(now) ?? judgeObject(read, now, deps.redact);
  } catch (fault) {
    // What the cluster says of it has a form nobody knows: that is no fault of the change.
    if (!(fault instanceof z.ZodError)) throw fault;
    return unread(read, "its status could not be read", deps.redact);
  }
  const own = standing.trouble === undefined ? [] : [{ key: standing.target, says: standing.trouble }];
  const { judgePods } = read;
  const isWithoutPods = read.judge !== undefined && judgePods === undefined;
  if (now === null || !hasPods(now) || read.isGone || isWithoutPods)
    return { standing, troubles: own, restarts: 0 };
  const pods = await podsOf(deps, read, now);
  if (judgePods !== undefined) {
    const judged = judgePods(standing, pods);
    const troubles = judged.troubles.map((trouble) => said(trouble, deps.redact));
    return { standing: judged.standing, troubles: [...troubles, ...own], restarts: 0 };
  }
  const key = JSON.stringify([read.context, keyOf(now)]);
  const before = first.get(key) ?? restartsOf(pods);
  first.set(key, before);
  const troubles = troublesOf(pods, before).map((trouble) => said(trouble, deps.redact));
  const restarts = [...restartsOf(pods).values()].reduce((sum, count) => sum + count, 0);
  return { standing, troubles: [...troubles, ...own], restarts };
}

/** Those its selector finds; none where it has none that words can name, or where they cannot be read. */
async function podsOf(deps: ReadDeps, read: Read, object: ClusterObject): Promise<unknown[]> {
  const selector = z
    .record(z.string(), z.string())
    .safeParse(readField(object, ["spec", "selector", "matchLabels"]));
  if (!selector.success || Object.keys(selector.data).length === 0) return [];
  const labels = Object.entries(selector.data).map(([name, value]) => `${name}=${value}`);
  const found = await getObjects(deps.look, read, ["pods", `--selector=${labels.join(",")}`]);
  return found.ok ? newestOf(found.objects) : [];
}

function unread(read: Read, problem: string, redact: RedactField): Looked {
  const says = `it could not be looked at: ${redact("", problem).slice(0, 300).trim()}`;
  const target = targetName(read.object);
  const standing = { step: read.step, target, state: "waiting" as const, says, isUnread: true as const };
  return { standing, troubles: [{ key: `unread ${target}`, says, isUnread: true }], restarts: 0 };
}

function said(trouble: Trouble, redact: RedactField): Trouble {
  return { ...trouble, says: redact("", trouble.says).slice(0, 500) };
}
