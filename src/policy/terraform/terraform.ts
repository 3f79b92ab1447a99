import type { Command, Risk } from "#change/plan.ts";
import { maxRisk } from "#change/plan.ts";
import { namesVariable } from "#policy/child-variables.ts";
import type { Policy } from "#policy/document.ts";
import type { Files } from "#policy/files.ts";
import type { Inputs } from "#policy/terraform/values/inputs.ts";
import { deny, type Read, type Verdict } from "#policy/verdict.ts";
import { parseTerraform, type TerraformLine } from "./line.ts";
import { type Package, packagePlaceOf } from "./module-source.ts";
import { notFetched } from "./modules.ts";
import { inspectPaths } from "./paths.ts";
import { environmentOfDirectory, isListedPlace, isWithin, placeOf } from "./places.ts";
import { inspectRoot, type Root } from "./root.ts";
import { weigh } from "./rules.ts";

/** Judges one terraform command line, as terraform 1.11 would read it. Whatever is not on the list is refused. */
export function judgeTerraform(command: Command, policy: Policy, files: Files): Verdict {
  const parsed = parseTerraform(command.args);
  if (!parsed.ok) return deny(parsed.reason);
  if (parsed.line === "help") {
    return {
      decision: "allow",
      risk: "low",
      reasons: ["terraform: prints help"],
      environment: null,
      reads: [],
    };
  }
  const { line } = parsed;
  const base = command.dir === "" ? "" : placeOf("", command.dir);
  const directory = base !== null && line.chdir !== null ? placeOf(base, line.chdir) : base;
  if (base === null || directory === null) {
    return deny(`terraform: ${line.chdir ?? command.dir} is not a directory inside the workspace`);
  }
  if (!isListedPlace(policy, directory)) {
    return deny(`terraform: ${unlisted(directory)}`);
  }
  return judgeLine(line, { directory, startedIn: base, policy, files });
}

type RootContext = { directory: string; startedIn: string; policy: Policy; files: Files };

function judgeLine(line: TerraformLine, context: RootContext): Verdict {
  const { policy, directory } = context;
  const name = `terraform ${line.verb}`;
  const weight = weigh(line);
  if (!weight.ok) return deny(`${name}: ${weight.reason}`);
  const paths = inspectPaths(line, context);
  if (!paths.ok) return deny(`${name}: ${paths.reason}`);
  const root = rootOf(line, context);
  const environment = environmentOfDirectory(policy, directory);
  const foreign = foreignValues(line, environment, context);
  if (!foreign.ok) return deny(`${name}: ${foreign.reason}`);
  if (!root.ok) {
    const refusal = deny(`${name}: ${root.reason}`);
    return root.packages === undefined
      ? refusal
      : { ...refusal, missing: { environment, packages: root.packages } };
  }
  const own = environment === null ? undefined : policy.environments[environment];
  const names = namesOf(line);
  const denied = [...policy.deny, ...(own?.deny ?? [])].find((rule) => speaksOf(rule, names));
  if (denied !== undefined) return deny(`${name}: the policy refuses ${denied} here`);
  const risks: Risk[] = [weight.risk, root.risk];
  const reasons = [...weight.reasons.map((reason) => `${name}: ${reason}`), ...root.reasons];
  for (const [rule, risk] of [...Object.entries(policy.raise), ...Object.entries(own?.raise ?? {})]) {
    if (!speaksOf(rule, names)) continue;
    risks.push(risk);
    reasons.push(`the policy counts ${rule} as ${risk} here`);
  }
  const reads = withoutNested([...root.reads, ...paths.reads]);
  return { decision: "allow", risk: maxRisk(...risks), reasons, environment, ...foreign.verdict, reads };
}

/**
 * Files of values and plans that lie in the directories of another environment. A root of none is of theirs with them; one of
 * its own is not planned with theirs: what is printed, read and changed would be theirs, by the rules of the root's.
 */
function foreignValues(
  line: TerraformLine,
  environment: string | null,
  { directory, policy }: RootContext,
): { ok: true; verdict: { beside?: string[] } } | { ok: false; reason: string } {
  const plans = line.rule.operands?.[2] === "plan" ? line.operands : [];
  const named = [...(line.flags.get("-var-file") ?? []), ...(line.flags.get("-plan") ?? []), ...plans];
  const beside = new Set<string>();
  for (const file of named) {
    const place = placeOf(directory, file);
    const whose = place === null ? null : environmentOfDirectory(policy, place);
    if (whose === null || whose === environment) continue;
    if (environment !== null) {
      const reason = `${file} lies in a directory of ${whose}, and the root is one of ${environment}: run a root of ${whose} with it, or keep the file outside of the directories of both`;
      return { ok: false, reason };
    }
    beside.add(whose);
  }
  return { ok: true, verdict: beside.size > 0 ? { beside: [...beside] } : {} };
}

type RootVerdict =
  | { ok: true; risk: Risk; reasons: string[]; reads: Read[] }
  | { ok: false; reason: string; packages?: readonly Package[] };

/** What the root's content makes of a line: what it reads, and whether it would run code nobody looked at. */
function rootOf(line: TerraformLine, context: RootContext): RootVerdict {
  const { directory, startedIn, policy, files } = context;
  if (line.rule.anywhere) return { ok: true, risk: "low", reasons: [], reads: [] };
  const tree: Read = { path: directory, kind: "tree" };
  if (line.verb === "fmt") return { ok: true, risk: "low", reasons: [], reads: [tree] };
  if (files === null) return unreadRoot(line, tree, context);
  const tests = line.flags.get("-test-directory")?.at(-1) ?? "tests";
  const root = inspectRoot(files, {
    directory,
    startedIn,
    tests: placeOf(directory, tests) ?? "",
    inputs: inputsOf(line, context),
    providers: policy.terraform.providers,
    hosts: policy.terraform.module_hosts,
  });
  if (!root.ok) return root;
  const own = root.reads.filter(({ path }) => packagePlaceOf(path) === null);
  const strange = own.find((read) => !isListedPlace(policy, read.path));
  if (strange !== undefined) return { ok: false, reason: unlisted(strange.path) };
  // Before anything else that was found: what a value of a module is, only the module says.
  if (root.toFetch.length > 0 && root.isPinned) {
    return { ok: false, reason: notFetched(root.toFetch), packages: root.toFetch };
  }
  if (root.fetches && ["-update", "-upgrade"].some((flag) => line.flags.get(flag)?.at(-1) === "true")) {
    const reason =
      "it would fetch the root's modules anew, and nobody would have judged those: write another version of them where the configuration is kept";
    return { ok: false, reason };
  }
  const reads = [tree, ...root.reads];
  return line.rule.loads ? loadedRoot(root, reads, context) : { ok: true, risk: "low", reasons: [], reads };
}

/** What the line and the environment's variables may give the root. */
function inputsOf(line: TerraformLine, { directory, policy }: RootContext): Inputs {
  const environment = environmentOfDirectory(policy, directory);
  const variables = environment === null ? [] : (policy.environments[environment]?.variables ?? []);
  const files = (line.flags.get("-var-file") ?? []).map((file) => placeOf(directory, file));
  return {
    names: new Set((line.flags.get("-var") ?? []).map((given) => given.split("=", 1)[0] ?? "")),
    files: files.filter((file) => file !== null),
    mayHold: (name) => variables.some((entry) => namesVariable(entry, name)),
  };
}

/** A root whose files are not at hand: one that the policy trusts may hold anything, so it counts for what it may be at worst. */
function unreadRoot(line: TerraformLine, tree: Read, context: RootContext): RootVerdict {
  if (line.rule.loads !== true || !isTrusted(context))
    return { ok: true, risk: "low", reasons: [], reads: [tree] };
  const reasons = ["the policy trusts its root, so code in it may run while it is loaded"];
  return { ok: true, risk: "high", reasons, reads: [tree] };
}

/** What it means that a line loads the root: code in it runs, and providers are fetched. */
function loadedRoot(root: Extract<Root, { ok: true }>, reads: Read[], context: RootContext): RootVerdict {
  const { directory } = context;
  if (root.findings.length > 0 && !isTrusted(context)) {
    const reason = `${root.findings.join("; ")}. It would run before anybody approves; the policy's terraform.trusted_roots may allow it`;
    return { ok: false, reason };
  }
  if (root.lacksLockFile) {
    const where = directory === "" ? "the workspace" : directory;
    const reason = `${where} needs providers and has no .terraform.lock.hcl that says which; run terraform init where the configuration is kept, and commit the file`;
    return { ok: false, reason };
  }
  const reasons = root.findings.map((finding) => `trusted by the policy: ${finding}`);
  return { ok: true, risk: reasons.length > 0 ? "high" : "low", reasons, reads };
}

function isTrusted({ directory, policy }: RootContext): boolean {
  return policy.terraform.trusted_roots.some((known) => placeOf("", known) === directory);
}

function unlisted(place: string): string {
  return `the policy does not list ${place === "" ? "the workspace's root" : place} among its directories`;
}

/** Every name a rule of the policy may call this line by: `apply -destroy` is a destroy, whatever it is called. */
function namesOf(line: TerraformLine): string[] {
  const isOn = (flag: string) => line.flags.get(flag)?.at(-1) === "true";
  const names = [`terraform ${line.verb}`];
  if (line.verb === "apply" && isOn("-destroy")) names.push("terraform destroy");
  if (line.verb === "destroy") names.push("terraform apply");
  if (line.verb === "apply" && isOn("-refresh-only")) names.push("terraform refresh");
  if (line.verb === "workspace select" && isOn("-or-create")) names.push("terraform workspace new");
  return names;
}

/** Whether a rule of the policy names the line: `terraform state` also names `terraform state rm`. */
function speaksOf(rule: string, names: readonly string[]): boolean {
  return names.some((name) => name === rule || name.startsWith(`${rule} `));
}

/** Without what lies in a tree that is read anyway. */
function withoutNested(reads: readonly Read[]): Read[] {
  return reads.filter(
    (read, index) =>
      !reads.some(
        (other, at) =>
          at !== index &&
          other.kind === "tree" &&
          isWithin(other.path, read.path) &&
          (other.path !== read.path || read.kind === "file" || at < index),
      ),
  );
}
