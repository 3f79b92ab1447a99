import type { Deployment, PodPlan, State } from "#playground/cluster/state.ts";
import { isUnscheduled } from "./fitting.ts";
import { isCrashing, lastEndOf, restartsOf } from "./restarts.ts";
import { podsAt } from "./times.ts";
import { type Ill, illOf } from "./troubles.ts";

/** Containers that come up again by themselves are ready this long after what kept them is gone. */
const START_MS = 400;

/**
 * Lets pods that are there come up where what kept them is gone, and fall where a story now keeps them: the same pods, since
 * their template has not changed. Answers whether any did.
 */
export function turn(state: State, deployment: Deployment, now: number): boolean {
  const there = podsAt(deployment, now);
  const turned = new Map(there.flatMap((pod) => turnedOf(pod, illOf(state, deployment, pod.template), now)));
  if (turned.size === 0) return false;
  deployment.pods = there.map((pod) => turned.get(pod.name) ?? pod);
  return true;
}

function turnedOf(pod: PodPlan, ill: Ill | null, now: number): [string, PodPlan][] {
  if (isUnscheduled(pod) || ill?.trouble === pod.trouble) return [];
  if (pod.trouble === null) return falls(ill) ? [[pod.name, fallen(pod, ill, now)]] : [];
  if (pod.mends !== true) return [];
  if (ill === null) return [[pod.name, risen(pod, now)]];
  return ill.mends === true ? [[pod.name, fallen(risen(pod, now), ill, now)]] : [];
}

/** What is missing is looked for as a container starts: one that runs goes on without it. */
function falls(ill: Ill | null): ill is Ill {
  return ill?.mends === true && ill.trouble !== "CreateContainerConfigError";
}

function fallen(pod: PodPlan, { trouble, says, mends }: Ill, now: number): PodPlan {
  const { says: _, mends: __, ...rest } = pod;
  const told = says === undefined ? {} : { says };
  return { ...rest, ...told, ...(mends === undefined ? {} : { mends }), readyAt: null, trouble, since: now };
}

function risen(pod: PodPlan, now: number): PodPlan {
  const { says: _, mends: __, since: ___, ...rest } = pod;
  const end = lastEndOf(pod, now) ?? { at: now, exitCode: 1, reason: "Error" as const };
  const restarts = restartsOf(pod, now) + 1;
  const before = isCrashing(pod) ? { before: { restarts, end } } : {};
  return { ...rest, ...before, readyAt: now + START_MS, trouble: null };
}
