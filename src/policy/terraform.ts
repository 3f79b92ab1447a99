import { posix } from "node:path";
import type { Command, Risk } from "../change/plan.ts";
import type { Policy } from "./document.ts";
import type { Files } from "./files.ts";
import { deny, type Verdict } from "./verdict.ts";

const COMMON = ["-input=false", "-no-color"];

/** The subcommands on the list, and every flag each may have, spelled exactly so. */
const RULES: Readonly<Record<string, { risk: Risk; reason: string; flags: string[]; needs?: string }>> = {
  init: { risk: "medium", reason: "fetches providers and modules", flags: COMMON },
  validate: { risk: "low", reason: "reads", flags: ["-no-color"] },
  plan: { risk: "low", reason: "reads", flags: COMMON },
  apply: {
    risk: "high",
    reason: "changes infrastructure",
    flags: [...COMMON, "-auto-approve"],
    needs: "-auto-approve",
  },
  destroy: {
    risk: "high",
    reason: "destroys infrastructure",
    flags: [...COMMON, "-auto-approve"],
    needs: "-auto-approve",
  },
};

/** Judges one terraform command line. Whatever is not on the list is refused. */
export function judgeTerraform(command: Command, policy: Policy, _files: Files): Verdict {
  const [verb = "", ...flags] = command.args;
  const rule = Object.hasOwn(RULES, verb) ? RULES[verb] : undefined;
  if (rule === undefined) return deny(`terraform: "${verb}" is not on the list of allowed commands`);
  const strange = flags.find((flag) => !rule.flags.includes(flag));
  if (strange !== undefined) return deny(`terraform ${verb}: "${strange}" is not on its list`);
  // Without it terraform would ask at a terminal that is not there.
  if (rule.needs !== undefined && !flags.includes(rule.needs))
    return deny(`terraform ${verb}: needs ${rule.needs}`);
  const directory = posix.normalize(command.dir === "" ? "." : command.dir);
  const environment = Object.entries(policy.environments).find(([, env]) =>
    env.directories.some((known) => posix.normalize(known) === directory),
  );
  return {
    decision: "allow",
    risk: rule.risk,
    reasons: [`terraform ${verb}: ${rule.reason}`],
    environment: environment?.[0] ?? null,
    reads: [],
  };
}
