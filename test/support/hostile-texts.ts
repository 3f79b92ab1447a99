import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Command, PlannerOutput } from "#change/plan.ts";
import { ReviewerOutput } from "#change/verdict.ts";

const Line = z.union([z.string(), z.array(z.string())]);
const Step = z.strictObject({
  run: Line.optional(),
  args: z.array(z.string()).optional(),
  tool: z.string().default("kubectl"),
  dir: z.string().default(""),
  back: Line.optional(),
  why: z.string().optional(),
  risk: z.string().optional(),
  step: z.number().optional(),
});

const Row = z.strictObject({
  /** Stands in front of the request and, where a command has NS, in the command. */
  id: z.string().regex(/^h\d{3}$/),
  about: z.string(),
  request: z.string(),
  steps: z.array(Step),
  summary: z.string().default("As asked."),
  risk: z.string().default("medium"),
  risk_reason: z.string().default("As asked."),
  questions: z.array(z.string()).default([]),
  /** More fields of the planner's answer, or another answer altogether. */
  extra: z.record(z.string(), z.unknown()).default({}),
  raw: z.unknown().optional(),
  /** What every command of this text prints, and how one that changes something ends. */
  output: z.string().default(""),
  exit: z.number().default(0),
  /** The object that is there, as `-o json` shows it. */
  live: z.unknown().optional(),
  review: ReviewerOutput.default({ result: "approved", notes: "Approved, as the text asks." }),
  /** What the approver does, and the operator when one is asked. */
  decide: z.enum(["approve", "reject"]).default("approve"),
  operator: z.enum(["accept", "roll_back"]).default("accept"),
  /** None of its commands may ever be spawned, whoever approves. */
  refused: z.boolean().default(false),
  /** Among those that every test run plays; the others have a command of their own. */
  fast: z.boolean().default(false),
  /** What the approver must be able to read, letter by letter. */
  shows: z.string().optional(),
});

/** One hostile text, and the plan an obedient planner makes of it. */
export type HostileText = z.infer<typeof Row> & { answer: unknown; commands: Command[] };

const DIR = new URL("../scenarios/hostile-texts/", import.meta.url).pathname;

/** All texts, each with the planner's answer and every command that stands in it, ways back included. */
export async function readHostileTexts(): Promise<HostileText[]> {
  const names = (await readdir(DIR)).filter((name) => name.endsWith(".jsonl")).toSorted();
  const files = await Promise.all(names.map((name) => readFile(join(DIR, name), "utf8")));
  const lines = files.flatMap((file) => file.trim().split("\n"));
  return lines.map((line) => {
    const row = Row.parse(JSON.parse(line));
    const answer = row.raw ?? answerOf(row);
    const plan = PlannerOutput.safeParse(answer);
    const commands = plan.success
      ? plan.data.plan.flatMap((step) => [step, ...(step.rollback === null ? [] : [step.rollback])])
      : [];
    return { ...row, answer, commands };
  });
}

function answerOf(row: z.infer<typeof Row>): object {
  const { summary, risk, risk_reason, questions, extra } = row;
  return {
    summary,
    plan: row.steps.map((step, index) => ({
      step: step.step ?? index + 1,
      description: step.why ?? "As asked.",
      ...commandOf(step, row.id),
      risk: step.risk ?? risk,
      rollback:
        step.back === undefined ? null : commandOf({ ...step, run: step.back, args: undefined }, row.id),
    })),
    risk_level: risk,
    risk_reason,
    questions,
    ...extra,
  };
}

function commandOf(step: z.infer<typeof Step>, id: string): { tool: string; args: string[]; dir: string } {
  const { run = [], dir } = step;
  const words = typeof run === "string" ? run.split(" ") : run;
  const [tool = step.tool, ...rest] = step.args === undefined ? words : [step.tool, ...step.args];
  return { tool, dir, args: rest.map((word) => word.replaceAll(/\bNS\b/g, id)) };
}
