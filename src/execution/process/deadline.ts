import type { Command } from "#change/plan.ts";
import type { Policy } from "#policy/document.ts";
import { STOP_GROUP, type Stop, stopTerraform } from "./process-group.ts";
import { readWait, waitMsOf } from "./waits.ts";

/**
 * How long a command may take, in milliseconds: the longest entry of the policy's verbs that fits, else its tool's. One that
 * only waits has its own time, up to such an entry or `settle_seconds`: a healthy rollout of 80 s was ended at 60 s.
 */
export function deadlineMsOf(command: Command, { deadlines }: Policy): number {
  const own = verbSecondsOf(command, deadlines.verbs);
  const wait = readWait(command);
  if (wait !== null) return waitMsOf(wait, 1_000 * (own ?? deadlines.settle_seconds));
  return (
    1_000 * (own ?? (command.tool === "terraform" ? deadlines.terraform_seconds : deadlines.default_seconds))
  );
}

function verbSecondsOf(command: Command, verbs: Policy["deadlines"]["verbs"]): number | null {
  // Flags may stand before the verb, and only policy knows which of them take a value: so the verb is looked for.
  const words = ` ${[command.tool, ...command.args.filter((word) => !word.startsWith("-"))].join(" ")} `;
  const fitting = Object.entries(verbs)
    .filter(([verb]) => {
      const [tool = "", ...rest] = verb.split(" ");
      return tool === command.tool && words.includes(` ${rest.join(" ")} `);
    })
    .sort(([one], [other]) => other.length - one.length)[0];
  return fitting?.[1] ?? null;
}

/** How a command is asked to stop when its time is over. */
export function stopOf(command: Command, { deadlines }: Policy): Stop {
  return command.tool === "terraform" ? stopTerraform(deadlines.terraform_grace_seconds) : STOP_GROUP;
}
