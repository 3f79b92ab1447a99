import { planOf } from "#test/support/program.ts";
import type { Stage } from "./stage.ts";

/** Has the model plan the case's own right way, and ask first where the case is to ask. */
export function planRight({ program, one }: Pick<Stage, "program" | "one">): void {
  const asking = { ...planOf([]), questions: [one.offers.flat().join(", ") || "Which?"], choices: [[]] };
  const said = one.mentions.map(([first = ""]) => first).join(", ");
  const plan = { ...planOf([]), summary: `The right way. ${said}`, plan: one.right.map(stepOf) };
  program.model.script([
    ...(one.must === "ask" ? [{ agent: "planner" as const, json: asking }] : []),
    { agent: "planner", json: plan },
    { agent: "reviewer", json: { result: "approved", notes: "As asked for." } },
  ]);
}

function stepOf(line: string, index: number): object {
  const [tool = "", ...words] = line.split(" ");
  const dir = /^-chdir=(.+)$/.exec(words[0] ?? "")?.[1];
  const args = dir === undefined ? words : [...words.slice(1), "-input=false"];
  return {
    step: index + 1,
    description: line.slice(0, 200),
    tool,
    args,
    dir: dir ?? "",
    risk: "low",
    rollback: null,
  };
}
