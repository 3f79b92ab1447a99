import type { Command } from "#change/plan.ts";
import type { MadeRollback } from "#change/preview.ts";

/** The command that stands in the plan as a step's rollback: the first of those that Greenlight made, else the plan's own. */
export function rollbackWith(made: MadeRollback | null, own: Command | null): Command | null {
  return made === null ? own : (made.commands[0] ?? null);
}

/** What a preview says of it. */
export function madePart(made: MadeRollback | null): { made?: MadeRollback } {
  return made === null ? {} : { made };
}

/** What people are told of a step, with what they have to know of a rollback that Greenlight made, beside its commands. */
export function factsWith(made: MadeRollback | null, facts: readonly string[]): string[] {
  if (made === null) return [...facts];
  // It goes back to values, and to no revision.
  return [...facts.filter((fact) => !fact.includes("way back is to revision")), ...madeFacts(made)];
}

function madeFacts({ commands, stands, coveredBy }: MadeRollback): string[] {
  const isMadeAnew = commands.some(({ args }) => args[0] === "create");
  return [
    ...coveredBy.map(
      (step) =>
        `It goes back with step ${step}, which is the first to touch the same: to what stood before the plan`,
    ),
    ...(isMadeAnew ? ["Its rollback makes it anew: pods, history and addresses are new then"] : []),
    ...stands.map((name) => `Nothing brings back ${name}`),
  ];
}
