import { Command, type Risk } from "#change/plan.ts";
import { splitCommandLine } from "./command-line.ts";
import type { Policy } from "./document.ts";
import { judge } from "./judge.ts";
import { deny, type Verdict } from "./verdict.ts";

/** One command to check: as a person types it, or as words. */
export type CheckInput = { cmd: string } | { argv: readonly string[] };
/** The answer, as on the wire (docs/architecture.md, commands of the program). */
export type CheckAnswer = { decision: "allow" | "deny"; risk: Risk | null; reasons: string[] };

/** What other programs are for, where somebody might put one before the command. */
const STARTERS =
  /^(sudo|doas|su|env|sh|bash|zsh|dash|ksh|fish|cmd|powershell|pwsh|xargs|nohup|time|timeout|nice|exec|eval|command|watch)$/;

/** Judges one command line on its own: no directory, no files; what it reads counts for what it may be at worst. */
export function checkLine(input: CheckInput, policy: Policy): CheckAnswer {
  const verdict = judgeLine(input, policy);
  return {
    decision: verdict.decision,
    risk: verdict.decision === "allow" ? verdict.risk : null,
    reasons: verdict.reasons,
  };
}

/** The same judgement, as the rules give it. */
export function judgeLine(input: CheckInput, policy: Policy): Verdict {
  const split = "cmd" in input ? splitCommandLine(input.cmd) : { ok: true as const, argv: [...input.argv] };
  if (!split.ok) return deny(split.reason);
  const [program, ...args] = split.argv;
  if (program === undefined) return deny("there is no command");
  const fault = programFault(program);
  if (fault !== null) return deny(fault);
  const command = Command.safeParse({ tool: program, args, dir: "" });
  if (!command.success) return deny("a command has at most 64 arguments of at most 4096 characters each");
  return judge(command.data, policy, null);
}

/** An answer that says no. */
export function refusal(reason: string): CheckAnswer {
  return { decision: "deny", risk: null, reasons: [reason] };
}

/** Why a program does not run; null for the two that may. */
function programFault(program: string): string | null {
  if (program === "kubectl" || program === "terraform") return null;
  const shown = JSON.stringify(program.length > 60 ? `${program.slice(0, 60)}…` : program);
  if (/[/\\]/.test(program))
    return `${shown} names a program by path; only kubectl and terraform run, by name`;
  if (!/^[\x20-\x7e]*$/.test(program))
    return `${shown} has letters that only look like those of another name`;
  if (STARTERS.test(program))
    return `${shown} would start another program; only kubectl and terraform run, directly`;
  if (/^(kubectl|terraform)(\.(exe|cmd|bat|sh|com))?$/i.test(program.trim()))
    return `${shown} is not exactly kubectl or terraform`;
  if (/^(kubectl|terraform)-/.test(program))
    return `${shown} is a plugin; only kubectl and terraform themselves run`;
  return `${shown} is no program that may run; only kubectl and terraform are`;
}
