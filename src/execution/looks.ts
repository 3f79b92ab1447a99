import { join } from "node:path";
import type { Command } from "#change/plan.ts";
import type { Box, Call, View } from "#execution/box/box.ts";
import type { FetchNeeds } from "#execution/modules/fetch-package.ts";
import type { Look } from "#execution/previews/look.ts";
import type { Terraform } from "#execution/previews/terraform.ts";
import { capture } from "#execution/process/capture.ts";
import { tellKubectl } from "#execution/reasons/tell.ts";
import { directoryOf, type WorkspaceCopy, type WorkspaceDeps } from "#execution/workspace/copy.ts";
import { makeChangeDir } from "#execution/workspace/scratch.ts";
import { readRootCommand } from "#execution/workspace/terraform-files.ts";
import { dataDirOf, prepareRoot, stateFileOf } from "#execution/workspace/terraform-root.ts";
import type { Policy } from "#policy/document.ts";
import type { Files } from "#policy/files.ts";
import { judge } from "#policy/judge.ts";
import { judgeMade, whyReserved } from "#policy/kubectl/made.ts";
import { clusterLineOf } from "#policy/kubectl/name-context.ts";
import { onlyReads } from "#policy/only-reads.ts";
import type { Redact } from "#redact/redact.ts";
import { rememberViews } from "./kubeconfig.ts";
import type { ConfigLooks } from "./kubectl-identity.ts";
import type { Identify } from "./target-identity.ts";

/** What a command is given: its environment, and what it may see. */
export type Given = { env: Record<string, string>; view: View };

/** What a change's commands are given, by the environment of the policy they touch, and by their program. */
export type GivenTo = (
  changeId: string,
  environment: string | null,
  program: Command["tool"] | "git",
) => Promise<Given>;

/** The program's own read-only commands, where a plan's commands run and with what they get. */
export type Looks = {
  kubectl(copy: WorkspaceCopy, signal: AbortSignal): Look;
  /** Looks at a cluster that need no files of the change. */
  cluster(changeId: string, signal: AbortSignal): Look;
  /** What the kubeconfig says. It needs no files, so it may be asked while the change runs elsewhere. */
  kubeconfig(changeId: string, signal: AbortSignal): ConfigLooks;
  terraform(
    copy: WorkspaceCopy,
    command: Command,
    signal: AbortSignal,
  ): { workspace: string; dir: string; terraform: Terraform };
  /** Gets the terraform root a command runs in ready; why not, or null. Nothing is done for another command. */
  readyRoot(copy: WorkspaceCopy, command: Command, signal: AbortSignal): Promise<string | null>;
  /** What a command is given. */
  givenTo(copy: WorkspaceCopy, command: Command): Promise<Given>;
  /** What fetches packages of modules, with what the commands of an environment are given. */
  fetching(changeId: string, environment: string | null, signal: AbortSignal): Promise<FetchNeeds>;
};

/** What looks are given. */
export type LookDeps = WorkspaceDeps & {
  policy: Policy;
  givenTo: GivenTo;
  box: Box;
  identify: Identify;
  redact: Redact;
};

/** A cluster that does not answer a plain read within this will not be worked on either. */
const KUBECTL_DEADLINE_MS = 20_000;
/** A repository that is not there by then is too large for a module. */
const GIT_DEADLINE_MS = 120_000;

/** Makes them. They never go through the plan's journal: none of them changes anything. */
export function createLooks(deps: LookDeps): Looks {
  const givenTo: Looks["givenTo"] = async (copy, command) => {
    const { env, view: bare } = await givenIn(deps, copy.changeId, command, copy.files);
    const view = { ...bare, readWrite: [...copyFor(command, copy), ...bare.readWrite] };
    const root = readRootCommand(command)?.root;
    if (root === undefined) return { env, view };
    return {
      env: { ...env, TF_DATA_DIR: dataDirOf(copy, root) },
      view: {
        ...view,
        stateFile: stateFileOf(deps, copy, root),
        onlyReadsState: onlyReads(command, deps.policy),
      },
    };
  };
  const terraform: Looks["terraform"] = (copy, command, signal) => {
    const dir = join(copy.dir.workspace, readRootCommand(command)?.root ?? command.dir);
    const deadlineMs = 1_000 * deps.policy.deadlines.terraform_seconds;
    return {
      workspace: copy.dir.workspace,
      dir,
      terraform: async (args) => {
        const { env, view } = await givenTo(copy, command);
        return capture(deps.box, {
          argv: ["terraform", ...args],
          cwd: dir,
          env,
          view: { ...view, onlyReadsState: true },
          output: copy.dir.output,
          deadlineMs,
          signal,
        });
      },
    };
  };
  return {
    givenTo,
    terraform,
    kubectl: (copy, signal) => async (args, command) =>
      kubectl(deps, args, { cwd: directoryOf(copy, command), ...(await givenTo(copy, command)) }, signal),
    cluster: createClusterLook(deps),
    kubeconfig: createKubeconfig(deps),
    readyRoot: async (copy, command, signal) => {
      const read = readRootCommand(command);
      // These look at no provider and no module.
      if (read === null || read.line.rule.anywhere === true || read.line.verb === "fmt") return null;
      const { root } = read;
      const unsafe = whyNotInit(root, deps.policy, copy.files);
      if (unsafe !== null) return unsafe;
      const run = terraform(copy, command, signal).terraform;
      const hosts = deps.policy.terraform.module_hosts;
      return prepareRoot(
        deps,
        { copy, root, hosts, redact: deps.redact },
        run,
        read.line.verb === "workspace new",
      );
    },
    fetching: createFetching(deps),
  };
}

/** The copy of the workspace that a command runs in: kubectl sees nothing of what only terraform may read. */
function copyFor({ tool }: Command, { dir }: WorkspaceCopy): string[] {
  return tool === "kubectl" ? [dir.kubectl] : [dir.workspace, dir.terraform];
}

/** What fetches packages, in the change's own directories. */
function createFetching(deps: LookDeps): Looks["fetching"] {
  return async (changeId, environment, signal) => {
    const { env, view } = await deps.givenTo(changeId, environment, "git");
    const dir = await makeChangeDir(deps.dataDir, changeId);
    return {
      https: { env, hosts: deps.policy.terraform.module_hosts, signal },
      scratch: dir.terraform,
      git: (args, cwd, own) =>
        capture(deps.box, {
          argv: ["git", ...args],
          cwd,
          env: own,
          view: { ...view, readWrite: [dir.terraform, ...view.readWrite] },
          deadlineMs: GIT_DEADLINE_MS,
          signal,
        }),
    };
  };
}

/** It reads no file, so it runs in the change's own home. */
function createClusterLook(deps: LookDeps): Looks["cluster"] {
  return (changeId, signal) => async (args, command) => {
    const given = await givenIn(deps, changeId, command, null);
    return kubectl(deps, args, { cwd: given.env["HOME"] ?? "/", ...given }, signal);
  };
}

/** What the kubeconfig says, from memory while it is the same. */
function createKubeconfig(deps: LookDeps): Looks["kubeconfig"] {
  const views = rememberViews();
  return (changeId, signal) => ({
    view: async (args, command) => {
      const given = await givenIn(deps, changeId, command, null);
      const ask = () => kubectl(deps, args, { cwd: given.env["HOME"] ?? "/", ...given }, signal);
      return views(args, given.env, ask);
    },
    identify: async (entries, command) => {
      const { env } = await givenIn(deps, changeId, command, null);
      return deps.identify(entries, env["KUBECONFIG"] ?? "");
    },
  });
}

/** Why the program's own `terraform init` must not run there: it fetches what the root names, whatever command it is for. */
function whyNotInit(root: string, policy: Policy, files: Files): string | null {
  const args = ["init", "-input=false", "-lockfile=readonly"];
  // What the policy denies to those who ask is no word about the program's own commands.
  const rules: Policy = { ...policy, deny: [], environments: {} };
  const verdict = judge({ tool: "terraform", args, dir: root }, rules, files);
  return verdict.decision === "deny" ? verdict.reasons.join("; ") : null;
}

function givenIn(deps: LookDeps, changeId: string, command: Command, files: Files): Promise<Given> {
  // Which variables it gets is no word about whether it may run.
  const isReserved = whyReserved(command) !== null;
  const verdict = isReserved ? judgeMade(command, deps.policy) : judge(command, deps.policy, files);
  return deps.givenTo(changeId, verdict.decision === "allow" ? verdict.environment : null, command.tool);
}

async function kubectl(
  { box, redact }: LookDeps,
  args: readonly string[],
  call: Omit<Call, "argv">,
  signal: AbortSignal,
): ReturnType<Look> {
  const line = clusterLineOf({ tool: "kubectl", args: [...args], dir: "" });
  // A look of the program's own names its context too: it would show another cluster than the step changes.
  if (line?.context === null) return { ok: false, problem: "the look would name no context" };
  const argv = ["kubectl", ...args];
  const found = await capture(box, { ...call, argv, deadlineMs: KUBECTL_DEADLINE_MS, signal });
  if (found.exitCode === 0) return { ok: true, stdout: found.stdout };
  const { why, words, isAway } = tellKubectl(found, { namespace: line?.namespace ?? null }, redact);
  return { ok: false, problem: why.replace(/\.$/, ""), words, answer: found.stdout, isAway };
}
