import type { Fact } from "#change/fact.ts";
import type { Command } from "#change/plan.ts";
import type { BoundPlan } from "#change/preview.ts";
import { keptStates } from "#execution/objects/kept-states.ts";
import { findElsewhere } from "#execution/still-approved.ts";
import { clusterLineOf } from "#policy/kubectl/name-context.ts";
import { redactField } from "#redact/value.ts";
import { type FactsDeps, readWith } from "./deps.ts";
import { type Expected, expectedOf, type Left } from "./expected.ts";
import { type Standing, settled, targetName } from "./judge.ts";
import { judgeLater, judgeLaterPods } from "./later-judge.ts";
import { type Read, readFacts } from "./read-facts.ts";

/** What was found to hold when the change ended, and when that was. */
export type Held = { endedAt: Date; facts: readonly Fact[] };

/**
 * Looks once more at what held when a change ended: `good` still does, `failed` does not any more, `unknown` could not be
 * looked at. What was not good then is left out, because nothing of it can be lost. A failure has to stand as long as after a
 * run, so that a pod which is being moved is none. Throws when `signal` is aborted.
 */
export async function factsLater(
  deps: FactsDeps,
  changeId: string,
  bound: BoundPlan,
  held: Held,
  signal: AbortSignal,
): Promise<Fact[]> {
  const steps = bound.plan.plan.filter(({ tool }) => tool === "kubectl");
  const good = held.facts.filter(
    ({ state, step }) => state === "good" && steps.some((one) => one.step === step),
  );
  const elsewhere = await findElsewhere(changeId, bound, deps.looks, signal);
  if (elsewhere !== null) {
    const says = `it could not be looked at: ${elsewhere.reason}`;
    return good.map(({ step, target }) => ({ step, target, state: "unknown", says }));
  }
  const lefts: Left[] = [];
  for (const step of steps.filter((one) => good.some((fact) => fact.step === one.step))) {
    const states = await keptStates(deps, changeId, bound, step.step);
    if (states !== null) lefts.push({ step: step.step, context: clusterLineOf(step)?.context ?? "", states });
  }
  const redact = (name: string, value: string) => redactField(name, value, deps.redact);
  const readOf = (expected: Expected): Read => ({
    ...expected,
    command: steps.find(({ step }) => step === expected.step) ?? NO_COMMAND,
    judge: (now) => judgeLater(expected, now, { since: held.endedAt, redact }),
    judgePods: (standing, pods) => judgeLaterPods(standing, pods, held.endedAt),
  });
  const wasGood = ({ step, object }: Expected): boolean =>
    good.some((fact) => fact.step === step && fact.target === targetName(object));
  const reads = expectedOf(lefts).filter(wasGood).map(readOf);
  const pace = { ...deps.settle, steadyMs: 0 };
  const until = deps.now().getTime() + PATIENCE * pace.standMs;
  const given = { ...readWith(deps, changeId, signal), pace, end: ended };
  const { facts } = await readFacts(given, reads, until, { stop: signal, pause: signal });
  const isRead = ({ step, target }: Fact) => facts.some((one) => one.step === step && one.target === target);
  const unkept = good
    .filter((fact) => !isRead(fact))
    .map(({ step, target }) => ({ step, target, ...UNKEPT }));
  return [...facts, ...unkept];
}

/** Nothing is kept of it, or it does not open: then it cannot be held against anything, and nothing is said to be lost. */
const UNKEPT = { state: "unknown", says: "what the change left of it is not kept" } as const;

const NO_COMMAND: Command = { tool: "kubectl", args: [], dir: "" };
/** How often the time that a failure has to stand may pass until it is seen to stand. */
const PATIENCE = 1.5;

/** What is still on its way by then was ready before, and is not any more. */
function ended(standing: Standing): Fact {
  const fact = settled(standing);
  if (standing.state !== "waiting" || standing.isUnread === true) return fact;
  return { ...fact, state: "failed", says: standing.says };
}
