import { endSentence } from "#change/folded.ts";
import { argvOf, type Command, type Plan } from "#change/plan.ts";
import type { LookEnd, LookOutcome } from "#change/planning/look.ts";
import type { PreviewedPlan } from "#change/preview.ts";
import type { ExecutionDeps } from "#execution/deps.ts";
import { refuseMissing } from "#execution/environment-error.ts";
import { namePlan } from "#execution/name-plan.ts";
import type { LookResult } from "#execution/previews/look.ts";
import { tellTerraform } from "#execution/reasons/tell.ts";
import { judgeOnDisk } from "#execution/workspace/asked-files.ts";
import { openCopy, type WorkspaceCopy, type WorkspaceDeps } from "#execution/workspace/copy.ts";
import type { Looker } from "#policy/approvals/looking.ts";
import { judgeLook } from "#policy/judge-look.ts";
import type { Read } from "#policy/verdict.ts";
import { whyHoldsSecret } from "#redact/plan.ts";
import { createRedactJson } from "#redact/value.ts";
import { fitLook, withTail } from "./fit-look.ts";

/** What it is given. */
export type LookingDeps = WorkspaceDeps & Pick<ExecutionDeps, "policy" | "looks" | "redact">;

/** A command that the Planner wants to look with, for whom, and for which change. */
export type AskedLook = { changeId: string; command: Command; looker: Looker };

/** What came of it; `text` is redacted and cut, and may go to the model once its row stands. */
export type RanLook = Pick<LookEnd, "outcome" | "ran" | "environments" | "text">;

/** terraform gets its lock back to the state first, so that it may take somewhat longer. */
const DEADLINE_MS = 20_000;
/** What is redacted of an output at all: the model is told of a fraction of it. */
const READ_CHARS = 262_144;

/**
 * Makes a look of the Planner: judged as a step of whoever asked for the change, run by the same hands in the box, redacted and
 * cut. A refusal is an answer like any other. Looks of one change are made one after the other, since they share its copy of
 * the workspace. Rejects when it is stopped.
 */
export async function runLook(deps: LookingDeps, asked: AskedLook, signal: AbortSignal): Promise<RanLook> {
  const ran = await refuseMissing(() => judgeAndRun(deps, asked, signal));
  signal.throwIfAborted();
  if (!("ok" in ran)) return ran;
  return { outcome: "refused", ran: null, environments: [], text: fit(deps, asked.command, ran.reason) };
}

type Refusal = Extract<PreviewedPlan, { ok: false }>;

async function judgeAndRun(
  deps: LookingDeps,
  { changeId, command: wanted, looker }: AskedLook,
  signal: AbortSignal,
): Promise<RanLook | Refusal> {
  const plan = planOf(withTail(wanted));
  const secret = whyHoldsSecret(plan, deps.redact);
  if (secret !== null) return { ok: false, reason: "A look must not hold what looks like a secret." };
  const named = await namePlan(deps, { changeId, signal }, plan, []);
  if (!named.ok) return { ok: false, reason: withQuestions(named) };
  const command = commandOf(named.plan);
  const judged = await judgeOnDisk(deps, deps.policy, (files) =>
    judgeLook(command, deps.policy, files, looker),
  );
  if (!judged.ok) return judged;
  const look = judged.judged;
  if (!look.ok) return look;
  const { environments, reads } = look;
  const run = command.tool === "kubectl" ? runKubectl : runTerraform;
  const { outcome, text } = await run(deps, { changeId, plan: named.plan, reads }, signal);
  const ran = outcome === "refused" ? null : argvOf(command);
  return { outcome, ran, environments, text: fit(deps, command, text) };
}

/** Redacted before it is cut: half a token looks like none. */
function fit({ redact }: LookingDeps, command: Command, text: string): string {
  return fitLook(command, createRedactJson(redact)(text));
}

type Ready = { changeId: string; plan: Plan; reads: readonly Read[] };
type Printed = { outcome: LookOutcome; text: string };

/** One that reads no file needs no copy of any. */
async function runKubectl(deps: LookingDeps, ready: Ready, signal: AbortSignal): Promise<Printed> {
  const command = commandOf(ready.plan);
  if (ready.reads.length === 0)
    return printedBy(command, await deps.looks.cluster(ready.changeId, signal)(command.args, command));
  const opened = await openCopy(deps, ready.changeId, ready.plan, ready.reads);
  if (!opened.ok) return { outcome: "refused", text: endSentence(opened.reason) };
  return printedBy(command, await deps.looks.kubectl(opened.copy, signal)(command.args, command));
}

/** What it printed is an answer too where it did not end well: `diff` and `auth can-i` say so by their exit code. */
function printedBy(command: Command, looked: LookResult): Printed {
  if (looked.ok) return { outcome: "seen", text: bounded(command, looked.stdout) };
  const { problem, words = "", answer = "" } = looked;
  const parts = [endSentence(problem), words, bounded(command, answer)].filter((part) => part.trim() !== "");
  return { outcome: "failed", text: parts.join("\n") };
}

async function runTerraform(deps: LookingDeps, ready: Ready, signal: AbortSignal): Promise<Printed> {
  const opened = await openCopy(deps, ready.changeId, ready.plan, ready.reads);
  if (!opened.ok) return { outcome: "refused", text: endSentence(opened.reason) };
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
  return inRoot(deps, opened.copy, commandOf(ready.plan), inTime);
}

async function inRoot(
  { looks, redact }: LookingDeps,
  copy: WorkspaceCopy,
  command: Command,
  signal: AbortSignal,
): Promise<Printed> {
  const unready = await looks.readyRoot(copy, command, signal);
  if (unready !== null) return { outcome: "failed", text: endSentence(redact(unready)) };
  // It runs in its root already.
  const args = command.args.filter((word) => !/^--?chdir=/.test(word));
  const found = await looks.terraform(copy, command, signal).terraform(args);
  if (found.exitCode === 0) return { outcome: "seen", text: bounded(command, found.stdout) };
  const { why, words } = tellTerraform(found, redact);
  return { outcome: "failed", text: `${why}\n${words}` };
}

/** In whole lines: of a log its end, of all else its beginning. */
function bounded({ args }: Command, text: string): string {
  if (text.length <= READ_CHARS) return text;
  if (args.includes("logs")) return text.slice(-READ_CHARS).replace(/^[^\n]*\n/, "");
  return text.slice(0, READ_CHARS).replace(/\n[^\n]*$/, "");
}

function planOf(command: Command): Plan {
  const step = { ...command, step: 1, description: "", risk: "low", rollback: null } as const;
  return { summary: "", plan: [step], risk_level: "low", risk_reason: "", questions: [] };
}

function commandOf({ plan }: Plan): Command {
  const [step] = plan;
  if (step === undefined) throw new Error("A look has no command.");
  return { tool: step.tool, args: step.args, dir: step.dir };
}

/** A look cannot ask: which clusters there are is what the model needs to name one. */
function withQuestions({ reason, questions = [] }: Refusal): string {
  const asked = questions.map(({ text, choices }) => `${text} ${choices.join(", ")}`.trim());
  return asked.length === 0
    ? reason
    : `${asked.join(" ")}. Name one with --context, each in a look of its own.`;
}
