import type { Json } from "./wire-parts.ts";

/** The reviewer's answer, names as on the wire. */
type Review = { result: "approved" | "rollback" | "needs_human"; notes: string };

type Step = { step: number; argv: string[]; direction: string; outcome: string; output: string };

/** Judges what happened by the documented rules: see each sentence below. */
export function review(outcome: Json | null): Review {
  const all = Array.isArray(outcome?.["steps"]) ? outcome["steps"].map(readStep) : [];
  if (all.length === 0) return needsHuman("I was given no steps to judge, so a person should look.");
  const doubtful = all.find((one) => one.outcome === "unknown");
  if (doubtful !== undefined)
    return needsHuman(`Nobody knows how ${called(doubtful)} ended. Check it before anything else is done.`);
  const back = all.find((one) => one.direction === "rollback" && one.outcome !== "done");
  if (back !== undefined) return needsHuman(`The way back stopped at ${called(back)}: ${lastLine(back)}`);
  const forward = all.filter((one) => one.direction !== "rollback");
  if (forward.every((one) => one.outcome === "done")) return approved(forward);
  const failed = forward.find((one) => one.outcome === "failed");
  if (failed === undefined)
    return needsHuman("Some steps did not run, and none of them failed. The run was stopped before its end.");
  return afterFailure(failed, forward.slice(0, forward.indexOf(failed)));
}

function afterFailure(failed: Step, before: Step[]): Review {
  const why = `${capital(called(failed))} failed: ${lastLine(failed)}`;
  const changed = before.filter((one) => one.outcome === "done" && changes(one.argv));
  if (changed.length === 0)
    return needsHuman(`${why} Nothing was changed before it, so there is nothing to roll back.`);
  const lasting = changed.find((one) => !reversible(one.argv));
  if (lasting !== undefined)
    return needsHuman(
      `${why} ${capital(called(lasting))} was done before it and cannot be taken back by itself.`,
    );
  const numbers = changed.map((one) => one.step);
  const which =
    numbers.length === 1
      ? `step ${numbers[0]}`
      : `steps ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
  return { result: "rollback", notes: `${why} Taking back ${which}, which had been done before it.` };
}

function approved(steps: Step[]): Review {
  const changed = steps.some((one) => changes(one.argv));
  const what = steps.length === 1 ? "The step" : `All ${steps.length} steps`;
  return {
    result: "approved",
    notes: `${what} ended well${changed ? " and the outcome is what was asked for" : "; nothing was changed"}.`,
  };
}

function changes([tool, verb = "", subverb = ""]: string[]): boolean {
  if (tool === "terraform") return ["apply", "destroy", "import"].includes(verb);
  if (verb === "rollout") return ["restart", "undo", "pause", "resume"].includes(subverb);
  return ["scale", "set", "delete", "apply", "create", "patch", "replace", "label", "annotate"].includes(
    verb,
  );
}

function reversible([tool, verb = ""]: string[]): boolean {
  return tool === "kubectl" && ["scale", "set", "rollout"].includes(verb);
}

function readStep(value: unknown, index: number): Step {
  const { step, argv, direction, outcome, output } = (
    typeof value === "object" && value !== null ? value : {}
  ) as Json;
  return {
    step: typeof step === "number" ? step : index + 1,
    argv: Array.isArray(argv) ? argv.map(String) : [],
    direction: String(direction ?? "forward"),
    outcome: String(outcome ?? "unknown"),
    output: String(output ?? ""),
  };
}

function needsHuman(notes: string): Review {
  return { result: "needs_human", notes };
}

function called(step: Step): string {
  return `step ${step.step} (${step.argv.slice(0, 3).join(" ")})`;
}

function lastLine(step: Step): string {
  const line = step.output.trim().split("\n").at(-1)?.trim() ?? "";
  if (line === "") return "it printed nothing.";
  const short = line.length > 300 ? `${line.slice(0, 299)}…` : line;
  return /[.!?…]$/.test(short) ? short : `${short}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
