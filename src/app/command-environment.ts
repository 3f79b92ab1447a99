import { mkdir, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import type { Config } from "#config/config.ts";
import { type Box, noBox } from "#execution/box/box.ts";
import { openBox } from "#execution/box/open-box.ts";
import { SEES_NOTHING, type Sees } from "#execution/box/view.ts";
import { absoluteOnly, createGivenTo, secretVariables } from "#execution/child-environment.ts";
import { contextsIn, VIEW_ARGS } from "#execution/kubeconfig.ts";
import type { GivenTo } from "#execution/looks.ts";
import { capture } from "#execution/process/capture.ts";
import { installKubectl } from "#playground/cluster/install.ts";
import { serveKubectl } from "#playground/cluster/serve.ts";
import { copySamples } from "#playground/sample-copy.ts";
import { contextsOf, type Policy, withApprovers, withKubeconfig } from "#policy/document.ts";
import { sharedNamespaces } from "#policy/shared-namespaces.ts";
import { readPolicyFile } from "./policy-file.ts";
import { SetupError } from "./setup-error.ts";

/** What commands run on: the workspace, the rules, the environment children get, and their box. `lines` say which of it is real. */
export type CommandEnvironment = {
  workspace: string;
  dataDir: string;
  policy: Policy;
  givenTo: GivenTo;
  box: Box;
  /** Values of secret variables that the policy gives to commands: they must be shown nowhere. */
  secrets: string[];
  lines: string[];
  /** Of the lines those that belong into the log too. */
  warnings: string[];
};

/** The real workspace, rules and environment, or the samples with a cluster on a file. `approvers` come on top of the policy's, `sees` on top of what commands may see. */
export async function openCommandEnvironment(
  config: Config,
  approvers: readonly string[],
  closing: (() => Promise<unknown>)[],
  sees: Sees = SEES_NOTHING,
): Promise<CommandEnvironment> {
  const isReal = config.workspace !== null || config.inherited["KUBECONFIG"] !== undefined;
  const samples = isReal ? null : await copySamples({ into: join(config.dataDir, "sample") });
  const file = config.policyFile ?? samples?.policyFile ?? null;
  const written = withApprovers(await readPolicy(file), approvers);
  const workspace = resolve(config.workspace ?? samples?.workspace ?? ".");
  const rules = `Policy: ${file ?? "built in (every medium or high change waits for a person)"}`;
  const { dataDir, inherited } = config;
  const { box, line } = await openBoxOf(config, { workspace, policy: written, isReal });
  const lines = [rules, `Commands run ${line}`];
  if (isReal) {
    const kubeconfig = await findKubeconfig(inherited);
    const contexts = await contextsNow(kubeconfig ?? "", inherited["PATH"] ?? "", dataDir);
    const policy = withKubeconfig(written, contexts);
    const warnings = [...unattendedAnywhere(policy, contexts), ...sharedNamespaces(policy)];
    return {
      workspace,
      dataDir,
      policy,
      box,
      givenTo: createGivenTo({ dataDir, policy, inherited, kubeconfig, sees }),
      secrets: secretVariables(policy, inherited),
      lines: [`Cluster: real, workspace ${workspace}`, ...lines, ...warnings],
      warnings,
    };
  }
  const binDir = join(config.dataDir, "sample", "bin");
  await mkdir(binDir, { recursive: true });
  // In a directory of its own: commands may write beside it, and nowhere else in the samples.
  const stateFile = join(config.dataDir, "sample", "cluster", "cluster.json");
  const cluster = await installKubectl({ binDir, stateFile, node: process.execPath });
  closing.push((await serveKubectl(stateFile, box.means === "user")).close);
  const path = `${binDir}${delimiter}${inherited["PATH"] ?? ""}`;
  const policy = withKubeconfig(written, await contextsNow("", path, dataDir));
  return {
    workspace,
    dataDir,
    policy,
    box,
    // The samples never reach a real cluster, also where the user's home names one.
    givenTo: createGivenTo({
      dataDir,
      policy,
      inherited: { ...inherited, PATH: path },
      kubeconfig: null,
      sees: cluster,
    }),
    secrets: secretVariables(policy, inherited),
    lines: [
      `Cluster: a stand-in on ${stateFile}, workspace ${workspace}`,
      ...lines,
      ...sharedNamespaces(policy),
    ],
    warnings: sharedNamespaces(policy),
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

/** What keeps commands from what is not theirs. */
async function openBoxOf(
  { box: wanted, database, dataDir, inherited }: Config,
  { workspace, policy, isReal }: { workspace: string; policy: Policy; isReal: boolean },
): Promise<{ box: Box; line: string }> {
  const { read_only: readOnly, ports } = policy.box;
  // `host=/path` and `//%2Fpath/` both name a directory with a socket, and so does an address without a host.
  const isDatabaseBySocket =
    database.kind === "embedded" ||
    !/^[a-z]+:\/\/([^/@]*@)?[a-z0-9[]/i.test(database.url) ||
    /[?&]host=(\/|%2F)/i.test(database.url);
  const opened = await openBox({
    wanted,
    workspace,
    dataDir,
    readOnly,
    ports,
    isDatabaseBySocket,
    isReal,
    inherited,
  });
  if (!opened.ok) throw new SetupError(opened.reason);
  return opened;
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
