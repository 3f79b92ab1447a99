import type { Command, Plan } from "#change/plan.ts";
import { type Bindings, madeFor } from "#change/preview.ts";
import { CUSTOM_KIND, readTarget, type Target, targetKey } from "#change/target.ts";
import { type Inputs, readInputs } from "#policy/kubectl/inputs.ts";
import { flagOf, type KubectlLine, readKubectl } from "#policy/kubectl/line.ts";
import { type Kind, kindOf } from "#policy/manifests/kinds.ts";
import { parseTerraform } from "#policy/terraform/line.ts";
import type { Policy } from "./document.ts";
import type { Files } from "./files.ts";
import { judge } from "./judge.ts";
import { fromRoot } from "./paths.ts";

const EVERYTHING: Target = { tool: "*", place: "*", namespace: "*", kind: "*", name: "*" };
/** The namespace of what is in none. */
const NO_NAMESPACE = "";

/**
 * What a plan changes, as keys in a fixed order: the targets of every command above low and of every way back. `places`
 * are the sentences of `bindings.targets`. Where something cannot be told, the target is wider, never narrower.
 */
export function targetsOf(
  plan: Plan,
  policy: Policy,
  files: Files,
  places: readonly string[],
  made?: Bindings["made"],
): string[] {
  const commands = plan.plan.flatMap((step): Command[] => {
    const back = step.rollback === null ? [] : [step.rollback];
    return [step, ...(madeFor({ made }, step.step)?.filter(isOfNamed) ?? back)];
  });
  const keys = commands
    .filter((command) => changesSomething(command, policy, files))
    .flatMap((command) =>
      (command.tool === "kubectl"
        ? kubectlTargets(command, policy, files, places)
        : terraformTargets(command, places)
      ).map(targetKey),
    );
  return [...new Set(keys)].toSorted();
}

/** Of the rollbacks that Greenlight makes a `create` brings back what its own step deletes, and names nothing itself. */
function isOfNamed({ args }: Command): boolean {
  return args[0] !== "create";
}

/** Whether two changes with these targets would meet. A star on either side is every value. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [readTarget(one), readTarget(other)];
  const meets = (part: keyof Target) => a[part] === b[part] || a[part] === "*" || b[part] === "*";
  return meets("tool") && meets("place") && meets("namespace") && meets("kind") && meets("name");
}

function changesSomething(command: Command, policy: Policy, files: Files): boolean {
  const verdict = judge(command, policy, files);
  return verdict.decision === "deny" || verdict.risk !== "low";
}

function kubectlTargets(command: Command, policy: Policy, files: Files, places: readonly string[]): Target[] {
  const read = readKubectl(command.args);
  if (!read.ok) return [EVERYTHING];
  const { line } = read;
  const inputs = readInputs(line, command.dir, files, policy);
  return clustersOf(line.context, places).flatMap((cluster) => inCluster(line, inputs, cluster));
}

function inCluster(line: KubectlLine, inputs: Inputs, { place, namespace: usual }: Cluster): Target[] {
  const own = line.allNamespaces ? "*" : (line.namespace ?? usual);
  const at = (namespace: string, kind: string, name: string | null): Target => {
    return { tool: "kubectl", place, namespace, kind, name: name ?? "*" };
  };
  const named = [
    ...[...line.resources, ...besides(line)].map(({ kind, name }) => ({
      known: kindOf(kind),
      name,
      namespace: own,
    })),
    ...inputs.objects.map(({ known, name, namespace }) => ({ known, name, namespace: namespace ?? own })),
  ];
  const targets = named.flatMap(({ known, name, namespace }) => {
    // A kind of others has several spellings and may live outside namespaces: its name alone tells two apart.
    if (known === null) return [at("*", CUSTOM_KIND, name)];
    if (!known.cluster) return [at(namespace, known.name, name)];
    const itself = at(NO_NAMESPACE, known.name, name);
    return takesAllAlong(line, known) ? [itself, at(name ?? "*", "*", null)] : [itself];
  });
  const isOpen = targets.length === 0 || inputs.unread || line.flags.has("--prune");
  return isOpen ? [...targets, at(own, "*", null)] : targets;
}

/** A namespace goes with all that is in it. */
function takesAllAlong(line: KubectlLine, kind: Kind): boolean {
  return kind.name === "namespaces" && (line.verb === "delete" || flagOf(line, "--force") === "true");
}

/** What a command makes beside what it names: a service, an autoscaler. */
function besides(line: KubectlLine): { kind: string; name: string | null }[] {
  const made = line.verb === "autoscale" ? "horizontalpodautoscalers" : exposes(line) ? "services" : null;
  if (made === null) return [];
  const name = flagOf(line, "--name");
  const names = name === null ? line.resources.map((resource) => resource.name) : [name];
  return (names.length === 0 ? [null] : names).map((one) => ({ kind: made, name: one }));
}

function exposes(line: KubectlLine): boolean {
  return line.verb === "expose" || (line.verb === "run" && flagOf(line, "--expose") === "true");
}

type Cluster = { place: string; namespace: string };

/**
 * Every server a context may mean, with its usual namespace, as execution/kubectl-identity.ts says them: one context is
 * two where an environment brings a kubeconfig of its own. Stars when it could not tell.
 */
function clustersOf(context: string | null, places: readonly string[]): Cluster[] {
  const named = context === null ? "the current context" : `context ${context}`;
  const meant = places.filter(
    (place) => place.startsWith(`kubectl, ${named} (`) || place.startsWith(`kubectl, ${named}: `),
  );
  if (meant.length === 0) return [{ place: "*", namespace: "*" }];
  return meant.map((sentence) => {
    const [, server, namespace] =
      /^.*?\): (\S+), as .*, namespace (\S+) unless named(?:, identity \S+)?$/.exec(sentence) ?? [];
    if (server === undefined || namespace === undefined) return { place: "*", namespace: "*" };
    return { place: plainAddress(server), namespace };
  });
}

/** One spelling of an address. Two addresses of one cluster count as two clusters: nothing here can tell. */
function plainAddress(server: string): string {
  return URL.canParse(server) ? new URL(server).href.replace(/\/+$/, "") : server;
}

function terraformTargets(command: Command, places: readonly string[]): Target[] {
  const parsed = parseTerraform(command.args);
  if (!parsed.ok || parsed.line === "help") return [EVERYTHING];
  const root = fromRoot(command.dir, parsed.line.chdir ?? ".");
  if (root === null) return [EVERYTHING];
  const begin = `terraform ${root === "" ? "the workspace's root" : root}: workspace `;
  const said = places.find((place) => place.startsWith(begin))?.slice(begin.length);
  const [, workspace] = /^(\S+), /.exec(said ?? "") ?? [];
  const [, lineage] = /, lineage (\S+), serial \d+$/.exec(said ?? "") ?? [];
  const isPlanned = parsed.line.verb === "apply" || parsed.line.verb === "destroy";
  // Anything but a saved plan may change to another workspace, or was not asked for its state.
  const name = isPlanned && workspace !== undefined ? workspace : "*";
  const directory: Target = { tool: "terraform", place: root, namespace: NO_NAMESPACE, kind: "root", name };
  // Two directories may keep one state.
  return lineage === undefined
    ? [directory]
    : [directory, { ...directory, place: lineage, kind: "state", name: "*" }];
}
