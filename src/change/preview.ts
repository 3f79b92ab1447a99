import { z } from "zod";
import { Command, type Plan, Risk } from "./plan.ts";
import type { Question } from "./planning/question.ts";

/** What would become of one object or resource. */
export const PreviewRow = z.object({
  /** Whose: a resource's address, or TYPE/NAME, with the field where one changes. */
  target: z.string(),
  action: z.enum(["create", "update", "replace", "destroy", "forget", "import", "restart"]),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type PreviewRow = z.infer<typeof PreviewRow>;

/**
 * What a look can show of a step that is high by its words: a controller makes the deleted pod again, the deleted job has
 * ended, the node is cordoned and ready, the way back deletes only what the step itself makes.
 */
export const Shown = z.enum(["replaced", "finished", "cordoned", "created"]);
export type Shown = z.infer<typeof Shown>;

/**
 * The rollback that Greenlight made for a step from what it saw, whatever the model wrote: one command for each object.
 * `stands`: objects of the step that nothing brings back. `coveredBy`: earlier steps that touch the same objects first, and
 * whose rollback takes these back too. `instead`: what takes the step back as a change of its own, once the states are gone.
 */
export const MadeRollback = z.object({
  commands: z.array(Command),
  stands: z.array(z.string()),
  coveredBy: z.array(z.int()),
  instead: Command.nullable(),
});
export type MadeRollback = z.infer<typeof MadeRollback>;

/** What a read-only look says one step would do. Texts are redacted and bounded. */
export const Preview = z.object({
  step: z.int(),
  /** The step comes after another one that changes something, so this shows what is there before either. */
  isBeforeChange: z.boolean(),
  /** Sentences for people, the counts first. */
  facts: z.array(z.string()),
  rows: z.array(PreviewRow),
  /** How many rows are left out. */
  omitted: z.int(),
  /** What the look adds to the risk, and why; "low" adds nothing. */
  risk: Risk,
  reasons: z.array(z.string()),
  /** Left out: nothing of it was seen, and the step is as high as its words. */
  shows: z.array(Shown).optional(),
  /** The look and the server's dry run, or the saved plan, are the same. Left out: it changes something, or nobody could compare. */
  changesNothing: z.literal(true).optional(),
  /** Left out: the step's rollback is the plan's own. */
  made: MadeRollback.optional(),
  /** How long terraform's own text of the saved plan is, and how many lines of it are not kept. Left out: there is none. */
  planText: z.object({ lines: z.int(), omitted: z.int() }).optional(),
});
export type Preview = z.infer<typeof Preview>;

/** What an approval covers beside the commands themselves (docs/architecture.md, invariant 5). */
export const Bindings = z.object({
  /** What of the workspace the commands can read, each with the SHA-256 over all its files. */
  files: z.array(z.object({ path: z.string(), kind: z.enum(["file", "tree"]), sha256: z.string() })),
  /** The saved plans, by step. */
  savedPlans: z.array(z.object({ step: z.int(), sha256: z.string() })),
  /** The hash of the rules it was judged by; in older plans only the digest knows it. */
  policy: z.string().optional(),
  /** What the previews saw around each step, sealed: what the facts after the run are held against. Older plans have none. */
  states: z.array(z.object({ step: z.int(), sha256: z.string() })).optional(),
  /** The commands of the rollbacks that Greenlight made from these states, by step. Older plans have none. */
  made: z.array(z.object({ step: z.int(), commands: z.array(Command) })).optional(),
  /** Where it runs: context, server and namespace; terraform's directory, workspace, lineage and serial. */
  targets: z.array(z.string()),
  /** What looks showed that the risk of these steps rests on: it has to be so still when each runs. */
  shown: z.array(z.object({ step: z.int(), shows: z.array(Shown) })).optional(),
});
export type Bindings = z.infer<typeof Bindings>;

/** A plan with everything its approval covers. */
export type BoundPlan = { revision: number; plan: Plan; bindings: Bindings; digest: string };

/** The rollback of a step that Greenlight made, one command for each object; null where the step's own is the plan's. */
export function madeFor({ made }: Pick<Bindings, "made">, step: number): readonly Command[] | null {
  return made?.find((one) => one.step === step)?.commands ?? null;
}

/** Whether a command is one that Greenlight made for this step, as the approval binds it. Never by its words alone. */
export function isMade(bindings: Pick<Bindings, "made">, step: number, command: Command): boolean {
  const line = JSON.stringify([command.tool, command.args, command.dir]);
  return (madeFor(bindings, step) ?? []).some(
    (one) => JSON.stringify([one.tool, one.args, one.dir]) === line,
  );
}

/**
 * A plan as it would really run, with what was seen of its effects, or why it cannot be shown: `questions` have to be answered
 * first. `isFinal`: no other plan would help, or whoever asked may not have one.
 */
export type PreviewedPlan =
  | { ok: true; plan: Plan; previews: Preview[]; bindings: Bindings }
  | { ok: false; reason: string; questions?: Question[]; isFinal?: true };
