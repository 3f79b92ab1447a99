import type { Risk } from "#change/plan.ts";
import type { TerraformLine } from "./line.ts";

type Weight = { ok: true; risk: Risk; reasons: string[] } | { ok: false; reason: string };
type Check = (line: TerraformLine) => Weight;

/** What a line's flags and operands make of its verb: a risk with reasons, or why it is refused. Paths are not looked at here. */
export function weigh(line: TerraformLine): Weight {
  const check = Object.hasOwn(CHECKS, line.verb) ? CHECKS[line.verb] : undefined;
  const weight = check?.(line) ?? allow(line.rule.risk, line.rule.reason);
  // A plan writes no state; without the lock it may look at an old one, which the apply of it would notice.
  if (!weight.ok || !isOff(line, "-lock") || line.verb === "plan") return weight;
  return {
    ...weight,
    risk: "high",
    reasons: [...weight.reasons, "without its lock two runs at once can lose the state"],
  };
}

/** What a verb asks beside its flags being on the list. */
const CHECKS: Readonly<Record<string, Check>> = {
  init: (line) =>
    isOn(line, "-upgrade")
      ? allow("high", "takes newer providers and modules than those recorded")
      : allow("medium", line.rule.reason),
  get: (line) =>
    isOn(line, "-update")
      ? allow("high", "takes newer modules than those that are there")
      : allow("medium", line.rule.reason),
  apply: (line) => {
    if (line.operands.length === 0) return needs(line, "-auto-approve", "or a saved plan");
    return isOn(line, "-destroy")
      ? deny("a saved plan says itself what it destroys; leave -destroy out")
      : allow("high", "changes infrastructure as a saved plan says");
  },
  destroy: (line) => needs(line, "-auto-approve", ""),
  "state replace-provider": (line) => needs(line, "-auto-approve", ""),
  "force-unlock": (line) => needs(line, "-force", ""),
  "state mv": dryRun,
  "state rm": dryRun,
  show: (line) => {
    if (isOn(line, "-json")) return deny("-json prints sensitive values in clear text");
    return line.operands.length === 0
      ? deny("without a plan file it prints the whole state, where sensitive values can stand in clear text")
      : allow("low", line.rule.reason);
  },
  output: (line) => {
    if (line.operands.length > 0)
      return deny("an output asked for by name is printed also when it is sensitive");
    const open = ["-json", "-raw"].find((flag) => isOn(line, flag));
    return open === undefined
      ? allow("low", line.rule.reason)
      : deny(`${open} prints sensitive values in clear text`);
  },
  fmt: (line) => {
    // A file of values is as well laid out as any.
    if (isOn(line, "-diff")) return deny("-diff prints what files hold, values too; -check names the files");
    return isOn(line, "-check") || isOff(line, "-write")
      ? allow("low", line.rule.reason)
      : deny("it rewrites files; -check only looks");
  },
};

/** Without the flag terraform would ask at a terminal that is not there. */
function needs(line: TerraformLine, flag: string, or: string): Weight {
  if (isOn(line, flag)) return allow(line.rule.risk, line.rule.reason);
  return deny(`it would wait for an answer at a terminal; it needs ${[flag, or].join(" ").trim()}`);
}

function dryRun(line: TerraformLine): Weight {
  return isOn(line, "-dry-run")
    ? allow("low", "only says what it would do")
    : allow(line.rule.risk, line.rule.reason);
}

function isOn(line: TerraformLine, flag: string): boolean {
  return line.flags.get(flag)?.at(-1) === "true";
}

function isOff(line: TerraformLine, flag: string): boolean {
  return line.flags.get(flag)?.at(-1) === "false";
}

function allow(risk: Risk, reason: string): Weight {
  return { ok: true, risk, reasons: [reason] };
}

function deny(reason: string): Weight {
  return { ok: false, reason };
}
