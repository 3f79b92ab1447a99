import type { Risk } from "../change/plan.ts";

/** What the rules say of one command. `environment` null: the policy names none that it touches. */
export type Verdict =
  | { decision: "allow"; risk: Risk; reasons: string[]; environment: string | null }
  | { decision: "deny"; reasons: string[] };

/** A refusal, with its reason in words. */
export function deny(reason: string): Verdict {
  return { decision: "deny", reasons: [reason] };
}
