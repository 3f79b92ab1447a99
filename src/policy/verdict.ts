import type { Risk } from "../change/plan.ts";

/** A path of the workspace that a command reads: a file, or a directory with everything below it. From the workspace's root, normalised; "" is the root. */
export type Read = { path: string; kind: "file" | "tree" };

/**
 * What the rules say of one command. `environment` null: the policy names none that it touches. `reads` is what an
 * approval must cover beside the command itself (design.md, invariant 5).
 */
export type Verdict =
  | { decision: "allow"; risk: Risk; reasons: string[]; environment: string | null; reads: Read[] }
  | { decision: "deny"; reasons: string[] };

/** A refusal, with its reason in words. */
export function deny(reason: string): Verdict {
  return { decision: "deny", reasons: [reason] };
}
