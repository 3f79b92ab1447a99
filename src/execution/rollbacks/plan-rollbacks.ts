import type { Step } from "#change/plan.ts";
import type { Bindings, MadeRollback, Preview } from "#change/preview.ts";
import type { StepStates } from "#execution/objects/state.ts";
import type { Policy } from "#policy/document.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import { judgeMade } from "#policy/kubectl/made.ts";
import type { Verdict } from "#policy/verdict.ts";
import type { SeenStep } from "./chain.ts";
import { coveredRollback, isWhole, madeRollback } from "./commands.ts";

/** A step whose rollback Greenlight may make: its words, what its preview saw (null: nothing yet), and where it acts. */
export type Previewed = {
  step: Step;
  line: KubectlLine;
  states: StepStates | null;
  verdict: Extract<Verdict, { decision: "allow" }>;
};

/** Rollbacks of the steps of one plan, made while they are previewed one after the other. */
export type Rollbacks = {
  /** The rollback of the next step, whatever the model wrote; null where it is not made. */
  next(previewed: Previewed): MadeRollback | null;
  /** The plan's steps and previews with what later steps say of the objects of earlier ones, and what an approval binds. */
  finish(
    steps: Step[],
    previews: Preview[],
  ): { steps: Step[]; previews: Preview[]; made: NonNullable<Bindings["made"]> };
};

/** Begins a plan. */
export function planRollbacks(policy: Policy): Rollbacks {
  const made: Previewed[] = [];
  const seen: SeenStep[] = [];
  return {
    next: (previewed) => {
      const rollback = rollbackOf(previewed, seen, policy);
      if (rollback === null) return null;
      made.push(previewed);
      const own = seenOf(previewed);
      if (own !== null) seen.push(own);
      return rollback;
    },
    finish: (steps, previews) => {
      const rollbacks = new Map(
        made.flatMap((one): [number, MadeRollback][] => {
          const others = seen.filter(({ step }) => step !== one.step.step);
          const rollback = rollbackOf(one, others, policy);
          return rollback === null ? [] : [[one.step.step, rollback]];
        }),
      );
      return {
        steps: steps.map((step) => withCommand(step, rollbacks.get(step.step))),
        previews: previews.map((preview) => withMade(preview, rollbacks.get(preview.step))),
        made: [...rollbacks].map(([step, { commands }]) => ({ step, commands })),
      };
    },
  };
}

function withCommand(step: Step, made: MadeRollback | undefined): Step {
  return made === undefined ? step : { ...step, rollback: made.commands[0] ?? null };
}

function withMade(preview: Preview, made: MadeRollback | undefined): Preview {
  return made === undefined ? preview : { ...preview, made };
}

function seenOf({ step, line, states }: Previewed): SeenStep | null {
  if (states === null || line.context === null) return null;
  const seen = { step: step.step, line, context: line.context, states };
  return isWhole(seen) ? seen : null;
}

/**
 * One that acts where the step itself does, by the policy's environments: another one may have another login. Where the
 * policy refuses it there is none, and the plan's own takes its place, which is judged in turn.
 */
function rollbackOf(previewed: Previewed, others: readonly SeenStep[], policy: Policy): MadeRollback | null {
  const { step, line, verdict } = previewed;
  const own = seenOf(previewed);
  if (own === null) return previewed.states === null ? coveredRollback(line, others, step.rollback) : null;
  for (const isPlaced of [true, false]) {
    const made = madeRollback(own, others, step.rollback, isPlaced);
    if (made === null) return null;
    const isThere = made.commands.every((command) => {
      const judged = judgeMade(command, policy);
      return judged.decision === "allow" && isSamePlace(judged, verdict);
    });
    if (isThere) return made;
  }
  return null;
}

function isSamePlace(one: Previewed["verdict"], other: Previewed["verdict"]): boolean {
  return one.environment === other.environment && `${one.beside ?? ""}` === `${other.beside ?? ""}`;
}
