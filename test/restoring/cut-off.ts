import type { Change } from "#change/change.ts";
import type { At } from "#observe/crash-points.ts";
import type { Case } from "./case.ts";
import { standing } from "./cluster.ts";
import { differing } from "./compare.ts";
import { type Place, run, saysOf, seed, untilAsked } from "./restore.ts";

/**
 * Where the work on a change is cut off, once: after a command took effect and before its end was written, or after its intent
 * was written and before it was spawned. Whoever takes the change up then finds a row without an end.
 */
export const CUTS = ["after exit", "before spawn", "after rollback exit", "before rollback spawn"] as const;
export type Cut = (typeof CUTS)[number];

/** Something that cuts the work off at the next passing of the place it is set to. */
export type Knife = { at: At; cutNext: (cut: Cut) => void; hasCut: () => boolean };

/** One for a program: only one change may be under way while it is set. */
export function makeKnife(): Knife {
  let next: Cut | null = null;
  return {
    at: (passed) => {
      if (passed !== next) return;
      next = null;
      throw new Error(`Cut off ${passed}`);
    },
    cutNext: (cut) => {
      next = cut;
    },
    hasCut: () => next === null,
  };
}

/** Runs a case and has it rolled back with one cut on the way; returns what is wrong with what stands then, or null. */
export async function restoreCut(
  place: Place,
  knife: Knife,
  one: Case,
  cut: Cut,
  namespace: string,
): Promise<string | null> {
  const { program, stateFile } = place;
  await seed(place, one, namespace);
  const before = await standing(stateFile, namespace);
  const isBack = cut.includes("rollback");
  if (!isBack) knife.cutNext(cut);
  let asked = await settled(place, await run(place, one, namespace), cut);
  if (asked.status !== "needs_person") return `ran to ${saysOf(asked)}`;
  if (isBack) knife.cutNext(cut);
  await program.decide(asked, "roll_back");
  asked = await settled(place, await untilAsked(program, asked), cut);
  const after = await standing(stateFile, namespace);
  const steps = await program.ran(asked.id);
  if (!knife.hasCut()) {
    knife.cutNext(cut);
    return `was not cut off: ${steps.join(", ")}`;
  }
  const differs = differing(before, after, { made: one.verb === "delete" });
  // Nobody may have more than twenty changes that wait.
  if (asked.status === "needs_person") await program.decide(asked, "accept");
  const isRight = asked.status === "rolled_back" && differs.length === 0;
  return isRight
    ? null
    : `${saysOf(asked)}; ${steps.join(", ")}; differs: ${differs.join(", ") || "nothing"}`;
}

/** Answers as somebody who looked, while a person is asked about an attempt whose end nobody saw. */
async function settled({ program }: Place, change: Change, cut: Cut): Promise<Change> {
  const steps = await program.app.changes.steps(change.id);
  const isOpen = steps.some(({ outcome, settledBy }) => outcome === "unknown" && settledBy === null);
  if (change.status !== "needs_person" || !isOpen) return change;
  await program.decide(change, cut.startsWith("after") ? "happened" : "did_not_happen");
  return untilAsked(program, change);
}
