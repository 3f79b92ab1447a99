import { delimiter, isAbsolute } from "node:path";
import { namedByEnvironment, type Sees } from "#execution/box/view.ts";
import { makeHome } from "#execution/workspace/child-home.ts";
import { makeChangeDir } from "#execution/workspace/scratch.ts";
import { isNeverGiven, namesVariable } from "#policy/child-variables.ts";
import type { Policy } from "#policy/document.ts";
import { isSecretName } from "#redact/keys.ts";
import { ACCOUNT, inClusterConfig } from "./in-cluster.ts";
import type { GivenTo } from "./looks.ts";

/** Given to every command. None of them names a person, a credential or a place of the bot's. */
const LISTED = ["LANG", "LC_ALL", "TZ", "TMPDIR"];

/** What children's environments are made from. */
export type ChildEnvironmentOptions = {
  dataDir: string;
  policy: Policy;
  /** The bot's own environment: only what is listed here or in the policy is taken from it. */
  inherited: Readonly<Record<string, string | undefined>>;
  sees: Sees;
  /** The kubeconfig files commands use, as a path list; null: none but those of `in_cluster`. */
  kubeconfig: string | null;
};

/**
 * Makes the function. The environment is a list of names and nothing else, a home of the change's own with copies of what the policy lists,
 * and settings that keep a file in some home from changing what runs. A command that touches no named environment gets
 * the bare list. Throws one sentence for people when something the policy lists is not to be had.
 */
export function createGivenTo(options: ChildEnvironmentOptions): GivenTo {
  const { policy, inherited, dataDir } = options;
  return async (changeId, environment, program) => {
    const rules = environment === null ? undefined : policy.environments[environment];
    const dir = await makeChangeDir(dataDir, changeId);
    const cluster =
      rules?.in_cluster === true ? inClusterConfig(inherited, options.kubeconfig === null) : null;
    const { home, inCluster } = await makeHome({
      under: dir.home,
      environment,
      program,
      botHome: inherited["HOME"] ?? null,
      paths: rules?.home_paths ?? [],
      dataDir,
      inCluster: cluster,
    });
    const given = picked(inherited, rules?.variables ?? []);
    const env = {
      ...picked(inherited, LISTED),
      ...given,
      PATH: absoluteOnly(inherited["PATH"] ?? ""),
      HOME: home,
      // Nothing in the home stands for none: a command of the change could put one there.
      KUBECONFIG: [options.kubeconfig, inCluster].filter(Boolean).join(delimiter) || "/dev/null",
      KUBECACHEDIR: `${home}/.kube/cache`,
      // Since kubectl 1.33 a file in the home may add flags to a verb.
      KUBERC: "off",
      // A .terraformrc may swap a provider for another one (dev_overrides, a mirror somebody can write).
      TF_CLI_CONFIG_FILE: rules?.home_paths.includes(".terraformrc") ? `${home}/.terraformrc` : "/dev/null",
      TF_IN_AUTOMATION: "1",
      TF_INPUT: "0",
      CHECKPOINT_DISABLE: "1",
    };
    const { readOnly, readWrite } = options.sees;
    // Of the kubeconfig files the bot's own alone: what lies in the home a command may have written, and it would name
    // places of this machine for the next one to see.
    const trusted = { ...env, KUBECONFIG: options.kubeconfig ?? "" };
    const named = await namedByEnvironment(trusted, Object.keys(given), {
      botHome: inherited["HOME"] ?? null,
      dataDir,
    });
    const account = cluster === null ? [] : [ACCOUNT];
    const view = {
      changeId,
      // The copy of the workspace is added by whoever knows the command: each tool has its own.
      readWrite: [home, ...readWrite],
      readOnly: [...named, ...account, ...readOnly],
      stateFile: null,
    };
    return { env, view };
  };
}

/** The values of variables that some environment gives to its commands and whose name says that they are secret. */
export function secretVariables(policy: Policy, inherited: ChildEnvironmentOptions["inherited"]): string[] {
  const entries = Object.values(policy.environments).flatMap(({ variables }) => variables);
  return Object.entries(picked(inherited, entries))
    .filter(([name]) => isSecretName(name))
    .map(([, value]) => value);
}

function picked(
  inherited: ChildEnvironmentOptions["inherited"],
  entries: readonly string[],
): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value === undefined || isNeverGiven(name)) continue;
    if (entries.some((entry) => namesVariable(entry, name))) chosen[name] = value;
  }
  return chosen;
}

/** An empty or relative entry is the directory a command runs in: a workspace file called kubectl would be run. */
export function absoluteOnly(path: string): string {
  return path.split(delimiter).filter(isAbsolute).join(delimiter);
}
