import type { Plan } from "../change/plan.ts";
import type { Bindings, Preview } from "../change/preview.ts";
import { type Assessment, assessPlan } from "../policy/assess.ts";
import type { Policy } from "../policy/document.ts";
import { type Ground, readFiles } from "./place.ts";

/** Judges a completed plan with exactly the files its approval will cover; refuses when they are others by now. */
export function createAssess(needs: { ground: Ground; policy: Policy }) {
  return async (plan: Plan, previews: readonly Preview[], bindings: Bindings): Promise<Assessment> => {
    const read = await readFiles(needs.ground, bindings.files);
    return read.ok ? assessPlan(plan, needs.policy, read.files, previews) : read;
  };
}
