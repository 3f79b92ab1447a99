import { z } from "zod";

/** "kubectl delete", "kubectl rollout undo", "terraform apply": a program with its verb and subverb. */
export const Verb = z
  .string()
  .regex(/^(kubectl|terraform)( [a-z][a-z-]*){1,3}$/, "is not like `kubectl delete`");

/**
 * A verb that is medium instead of high in these environments. Its lists are conditions that have to stand there: a rule
 * that lowers is never as wide as what it leaves out. `kinds`: what `kubectl delete` may then delete; none: whatever may be
 * lowered at all (policy/kubectl/lowered.ts).
 */
export const LowerRule = z.strictObject({
  verbs: z.array(Verb).min(1, "names no command"),
  environments: z.array(z.string().min(1)).min(1, "names no environment, and nothing is lowered everywhere"),
  kinds: z.array(z.string().min(1)).default([]),
});
