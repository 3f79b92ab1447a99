import { createHash } from "node:crypto";
import type { Command, Plan } from "#change/plan.ts";
import { argvOf } from "#change/plan.ts";
import type { Question } from "#change/planning/question.ts";
import type { Bindings } from "#change/preview.ts";
import type { Policy } from "./document.ts";

/**
 * Names exactly what would run: every command and every way back, in order, with its directory; the bytes of the files
 * and saved plans they read; what was there; where they run; and the rules they passed (docs/architecture.md, invariant 5). SHA-256, hex.
 */
export function digestOf(plan: Plan, revision: number, policy: Policy, bindings: Bindings): string {
  const bound = {
    revision,
    policy: bindings.policy ?? policy.hash,
    steps: plan.plan.map((step) => ({
      run: bind(step),
      back: step.rollback === null ? null : bind(step.rollback),
    })),
    files: bindings.files,
    savedPlans: bindings.savedPlans.map(({ step, sha256 }) => [step, sha256]),
    targets: bindings.targets,
    // Only where there is something: the digests of all others stay what they were.
    ...(bindings.shown === undefined ? {} : { shown: bindings.shown }),
    // Absent in what older versions bound, so that their digests stay what they were.
    ...(bindings.states === undefined
      ? {}
      : { states: bindings.states.map(({ step, sha256 }) => [step, sha256]) }),
    ...(bindings.made === undefined
      ? {}
      : { made: bindings.made.map(({ step, commands }) => [step, commands.map(bind)]) }),
  };
  return createHash("sha256").update(JSON.stringify(bound)).digest("hex");
}

/** Names exactly these questions of this round, so that an answer to others is none. SHA-256, hex. */
export function questionsDigest(revision: number, round: number, questions: readonly Question[]): string {
  return createHash("sha256").update(JSON.stringify({ revision, round, questions })).digest("hex");
}

function bind(command: Command): { argv: string[]; dir: string } {
  return { argv: argvOf(command), dir: command.dir };
}
