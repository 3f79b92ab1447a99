import { z } from "zod";

/** How dangerous a command is, from harmless to "ask a person". */
export const Risk = z.enum(["low", "medium", "high"]);
export type Risk = z.infer<typeof Risk>;

/** The programs a plan may name. Anything else is refused before policy looks at it. */
export const Tool = z.enum(["kubectl", "terraform"]);
export type Tool = z.infer<typeof Tool>;

/** One command: an argv without the program's name, and the workspace directory it runs in ("" is the root). */
export const Command = z.object({
  tool: Tool,
  args: z.array(z.string().max(4_096)).max(64),
  dir: z.string().max(256),
});
export type Command = z.infer<typeof Command>;

/** One step as the Planner writes it; `step` counts from 1. */
export const Step = Command.extend({
  step: z.int().min(1).max(100),
  description: z.string().max(1_000),
  risk: Risk,
  rollback: Command.nullable(),
});
export type Step = z.infer<typeof Step>;

/** The Planner's whole answer, names as on the wire (docs/architecture.md, wire contracts). */
export const PlannerOutput = z.object({
  summary: z.string().max(2_000),
  plan: z.array(Step).max(20),
  risk_level: Risk,
  risk_reason: z.string().max(2_000),
  questions: z.array(z.string().max(500)).max(3),
  /** For each question, in the same order, the answers the Planner can think of; a question without any has an empty list. */
  choices: z
    .array(z.array(z.string().max(100)).max(5))
    .max(3)
    .optional(),
  /** What a question is answered; empty: it was none. Plans of older versions have none. */
  answer: z.string().max(4_000).optional(),
  /** The numbers of the looks that the answer rests on. */
  rests_on: z.array(z.int()).max(20).optional(),
});
export type PlannerOutput = z.infer<typeof PlannerOutput>;

/** The plan a change carries: the Planner's answer, once it holds steps. */
export type Plan = PlannerOutput;

const order: Record<Risk, number> = { low: 0, medium: 1, high: 2 };

/** The most dangerous of the given risks; "low" of none. */
export function maxRisk(...risks: Risk[]): Risk {
  return risks.reduce((worst, risk) => (order[risk] > order[worst] ? risk : worst), "low" as Risk);
}

/** The whole argv of a command, the program first, as it will be spawned. */
export function argvOf(command: Command): string[] {
  return [command.tool, ...command.args];
}
