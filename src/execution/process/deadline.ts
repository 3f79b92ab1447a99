import type { Command } from "#change/plan.ts";
import type { Policy } from "#policy/document.ts";
import { STOP_GROUP, type Stop, stopTerraform } from "./process-group.ts";

/** How long a command may take, in milliseconds: the longest entry of the policy's verbs that fits, else its tool's. */
export function deadlineMsOf(command: Command, { deadlines }: Policy): number {
  // Flags may stand before the verb, and only policy knows which of them take a value: so the verb is looked for.
  const words = ` ${[command.tool, ...command.args.filter((word) => !word.startsWith("-"))].join(" ")} `;
  const fitting = Object.entries(deadlines.verbs)
    .filter(([verb]) => {
      const [tool = "", ...rest] = verb.split(" ");
      return tool === command.tool && words.includes(` ${rest.join(" ")} `);
    })
    .sort(([one], [other]) => other.length - one.length)[0];
  if (fitting !== undefined) return fitting[1] * 1_000;
  return 1_000 * (command.tool === "terraform" ? deadlines.terraform_seconds : deadlines.default_seconds);
}

/** How a command is asked to stop when its time is over. */
export function stopOf(command: Command, { deadlines }: Policy): Stop {
  return command.tool === "terraform" ? stopTerraform(deadlines.terraform_grace_seconds) : STOP_GROUP;
}
