import type { Risk } from "#change/plan.ts";
import type { Shown } from "#change/preview.ts";
import type { Package } from "#policy/terraform/module-source.ts";

/** A path of the workspace that a command reads: a file, or a directory with everything below it. From the workspace's root, normalised; "" is the root. */
export type Read = { path: string; kind: "file" | "tree" };

/**
 * What the rules say of one command. `environment` null: it lies in none that the policy names, or not in one alone;
 * `beside` are then those it lies in at least, whose rules count too. `reads` is what an approval must cover beside the
 * command itself (docs/architecture.md, invariant 5). `mediumIf`: it is high, and a look that shows one of these makes it
 * medium; the rules themselves never look, so without one it stays high.
 */
export type Verdict =
  | {
      decision: "allow";
      risk: Risk;
      reasons: string[];
      environment: string | null;
      beside?: string[];
      reads: Read[];
      mediumIf?: readonly Shown[];
    }
  | Refusal;

/** `missing`: nothing else stands against it so far but that these packages are to be fetched and judged first. */
type Refusal = { decision: "deny"; reasons: string[]; missing?: Missing };

/** Pinned packages of modules that are not among the files, and the environment of the root that names them. */
export type Missing = { environment: string | null; packages: readonly Package[] };

/** A refusal, with its reason in words. */
export function deny(reason: string): Refusal {
  return { decision: "deny", reasons: [reason] };
}
