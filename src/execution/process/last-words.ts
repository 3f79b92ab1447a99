import type { Command } from "#change/plan.ts";
import type { Ended } from "./run-command.ts";
import { explainTerraformFailure } from "./terraform-errors.ts";

/** What a program said last, kept to explain its failure. */
export type LastWords = { add: (text: string) => void; explain: (end: Ended) => string | null };

/** An error of terraform has some ten lines, and stands at the end. */
const MAX_LINES = 200;
const MAX_LINE_CHARS = 500;

/** Makes it for one command. What `explain` returns is a sentence for people, made of unredacted words; null: nothing is known. */
export function createLastWords(command: Command): LastWords {
  if (command.tool !== "terraform") return { add: () => undefined, explain: () => null };
  const last: string[] = [];
  return {
    add: (text) => {
      last.push(text.slice(0, MAX_LINE_CHARS));
      if (last.length > MAX_LINES) last.shift();
    },
    explain: (end) => (end.outcome === "done" ? null : explainTerraformFailure(last.join("\n"))),
  };
}
