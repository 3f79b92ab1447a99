import { createHash } from "node:crypto";
import type { Command, Plan } from "../change/plan.ts";
import { argvOf } from "../change/plan.ts";
import type { Policy } from "./document.ts";

/** Names exactly what would run: every command and every way back, in order, with its directory, and the rules they passed. SHA-256, hex. */
export function digestOf(plan: Plan, revision: number, policy: Policy): string {
  const bound = {
    revision,
    policy: policy.hash,
    steps: plan.plan.map((step) => ({
      run: bind(step),
      back: step.rollback === null ? null : bind(step.rollback),
    })),
  };
  return createHash("sha256").update(JSON.stringify(bound)).digest("hex");
}

function bind(command: Command): { argv: string[]; dir: string } {
  return { argv: argvOf(command), dir: command.dir };
}
