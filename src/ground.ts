import { mkdir, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import type { Config } from "./config.ts";
import { noBox } from "./execution/box.ts";
import { capture } from "./execution/capture.ts";
import { absoluteOnly, createGivenTo, secretVariables } from "./execution/child-environment.ts";
import { contextsIn, VIEW_ARGS } from "./execution/kubeconfig.ts";
import type { GivenTo } from "./execution/looks.ts";
import { installKubectl } from "./playground/cluster-install.ts";
import { copySamples } from "./playground/sample-copy.ts";
import { contextsOf, type Policy, withApprovers, withKubeconfig } from "./policy/document.ts";
import { readPolicyFile } from "./policy-file.ts";

/** What commands run on: the workspace, the rules, and the environment children get. `lines` say which of it is real. */
export type Ground = {
  workspace: string;
  dataDir: string;
  policy: Policy;
  givenTo: GivenTo;
  /** Values of secret variables that the policy gives to commands: they must be shown nowhere. */
  secrets: string[];
  lines: string[];
  /** Of the lines those that belong into the log too. */
  warnings: string[];
};

/** A setting that can only be judged by looking: a policy file with faults, say. Its message is for people. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** The real workspace, rules and environment, or the samples with a cluster on a file. `approvers` come on top of the policy's. */
export async function prepareGround(config: Config, approvers: readonly string[]): Promise<Ground> {
  const isReal = config.workspace !== null || config.inherited["KUBECONFIG"] !== undefined;
  const samples = isReal ? null : await copySamples({ into: join(config.dataDir, "sample") });
  const file = config.policyFile ?? samples?.policyFile ?? null;
  const written = withApprovers(await readPolicy(file), approvers);
  const workspace = resolve(config.workspace ?? samples?.workspace ?? ".");
  const rules = `Policy: ${file ?? "built in (every medium or high change waits for a person)"}`;
  const { dataDir, inherited } = config;
  if (isReal) {
    const kubeconfig = await findKubeconfig(inherited);
    const contexts = await contextsNow(kubeconfig ?? "", inherited["PATH"] ?? "", dataDir);
    const policy = withKubeconfig(written, contexts);
    const warnings = unattendedAnywhere(policy, contexts);
    return {
      workspace,
      dataDir,
      policy,
      givenTo: createGivenTo({ dataDir, policy, inherited, kubeconfig }),
      secrets: secretVariables(policy, inherited),
      lines: [`Cluster: real, workspace ${workspace}`, rules, ...warnings],
      warnings,
    };
  }
  const binDir = join(config.dataDir, "sample", "bin");
  await mkdir(binDir, { recursive: true });
  const stateFile = join(config.dataDir, "sample", "cluster.json");
  await installKubectl({ binDir, stateFile, node: process.execPath });
  const path = `${binDir}${delimiter}${inherited["PATH"] ?? ""}`;
  const policy = withKubeconfig(written, await contextsNow("", path, dataDir));
  return {
    workspace,
    dataDir,
    policy,
    // The samples never reach a real cluster, also where the user's home names one.
    givenTo: createGivenTo({ dataDir, policy, inherited: { ...inherited, PATH: path }, kubeconfig: null }),
    secrets: secretVariables(policy, inherited),
    lines: [`Cluster: a stand-in on ${stateFile}, workspace ${workspace}`, rules],
    warnings: [],
  };
}

const START_DEADLINE_MS = 10_000;

/** The contexts of the kubeconfig as it is now; none where kubectl does not say, which each plan is told by itself. */
async function contextsNow(kubeconfig: string, path: string, dataDir: string): Promise<string[]> {
  const found = await capture(noBox, {
    argv: ["kubectl", ...VIEW_ARGS],
    cwd: dataDir,
    env: {
      PATH: absoluteOnly(path),
      HOME: join(dataDir, "none"),
      KUBECONFIG: kubeconfig || join(dataDir, "none", "config"),
      KUBERC: "off",
    },
    view: { changeId: "start", readWrite: [], readOnly: kubeconfig.split(delimiter), stateFile: null },
    deadlineMs: START_DEADLINE_MS,
    signal: AbortSignal.timeout(START_DEADLINE_MS),
  });
  return found.exitCode === 0 ? (contextsIn(found.stdout) ?? []) : [];
}

/** Who lets an environment run by itself that only its namespaces tell, means one cluster and may get each. */
function unattendedAnywhere(policy: Policy, contexts: readonly string[]): string[] {
  if (contexts.length < 2) return [];
  const open = policy.unattended.medium.filter((name) => {
    const environment = policy.environments[name];
    return (
      environment !== undefined && contextsOf(environment).length === 0 && environment.namespaces.length > 0
    );
  });
  return open.map(
    (name) =>
      `Policy: ${name} runs medium risk unattended and lists no contexts, and the kubeconfig has ${contexts.length} (${contexts.slice(0, 5).join(", ")}): its namespaces count in every context a command may name. List its contexts under environments`,
  );
}

/** The kubeconfig files kubectl would use if the bot ran it, as absolute paths: commands run elsewhere, with another home. */
async function findKubeconfig(inherited: Config["inherited"]): Promise<string | null> {
  const { KUBECONFIG, HOME } = inherited;
  if (KUBECONFIG !== undefined && KUBECONFIG !== "") {
    const files = KUBECONFIG.split(delimiter).filter((file) => file !== "");
    return files.map((file) => resolve(file)).join(delimiter);
  }
  if (HOME === undefined) return null;
  const file = join(HOME, ".kube", "config");
  return await stat(file).then(
    () => file,
    () => null,
  );
}

async function readPolicy(file: string | null): Promise<Policy> {
  const read = await readPolicyFile(file);
  if (read.ok) return read.policy;
  throw new SetupError(read.reason, { cause: read.cause });
}
