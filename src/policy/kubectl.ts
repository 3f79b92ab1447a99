import type { Command, Risk } from "../change/plan.ts";
import { maxRisk } from "../change/plan.ts";
import type { Policy } from "./document.ts";
import type { Files } from "./files.ts";
import { type FlagTable, type Parsed, parseFlags } from "./flags.ts";
import { isInsideWorkspace } from "./paths.ts";
import { deny, type Verdict } from "./verdict.ts";

type Split = Extract<Parsed, { ok: true }>;

/** One verb as the list knows it: how risky, which kinds it may touch, and what else must hold. */
type Rule = {
  risk: Risk;
  reason: string;
  kinds: "read" | "workload" | "none";
  check?: (line: Split) => Risk | string;
};

const FLAGS: FlagTable = {
  "--namespace": "value",
  "--context": "value",
  "--output": "value",
  "--selector": "value",
  "--all-namespaces": "switch",
  "--show-labels": "switch",
  "--filename": "value",
  "--container": "value",
  "--replicas": "value",
  "--current-replicas": "value",
  "--to-revision": "value",
  "--revision": "value",
  "--tail": "value",
  "--since": "value",
  "--timeout": "value",
};

const RULES: Readonly<Record<string, Rule>> = {
  get: { risk: "low", reason: "reads", kinds: "read" },
  describe: { risk: "low", reason: "reads", kinds: "read" },
  logs: { risk: "low", reason: "reads logs", kinds: "none" },
  version: { risk: "low", reason: "reads", kinds: "none" },
  "rollout status": { risk: "low", reason: "waits for a rollout", kinds: "workload" },
  "rollout history": { risk: "low", reason: "reads", kinds: "workload" },
  "rollout restart": { risk: "medium", reason: "restarts a running service", kinds: "workload" },
  "rollout undo": { risk: "medium", reason: "goes back to an earlier revision", kinds: "workload" },
  "rollout pause": { risk: "medium", reason: "stops a rollout", kinds: "workload" },
  "rollout resume": { risk: "medium", reason: "goes on with a rollout", kinds: "workload" },
  scale: { risk: "medium", reason: "changes how many replicas run", kinds: "workload", check: checkReplicas },
  "set image": { risk: "medium", reason: "changes the image that runs", kinds: "workload" },
  delete: { risk: "high", reason: "deletes", kinds: "read" },
  apply: { risk: "high", reason: "applies a manifest", kinds: "none", check: checkFile },
};

const WORKLOADS = [
  "deployment",
  "deployments",
  "deploy",
  "statefulset",
  "statefulsets",
  "sts",
  "daemonset",
  "daemonsets",
  "ds",
];
const READABLE = new Set([
  ...WORKLOADS,
  ...[
    "pod",
    "pods",
    "po",
    "service",
    "services",
    "svc",
    "replicaset",
    "replicasets",
    "rs",
    "job",
    "jobs",
    "cronjob",
  ],
  ...[
    "cronjobs",
    "cj",
    "ingress",
    "ingresses",
    "ing",
    "namespace",
    "namespaces",
    "ns",
    "node",
    "nodes",
    "no",
    "event",
  ],
  ...[
    "events",
    "ev",
    "horizontalpodautoscaler",
    "horizontalpodautoscalers",
    "hpa",
    "configmap",
    "configmaps",
    "cm",
  ],
]);
const KINDS = { read: READABLE, workload: new Set(WORKLOADS) };

/** Judges one kubectl command line. Whatever is not on the list is refused. */
export function judgeKubectl(command: Command, policy: Policy, _files: Files): Verdict {
  const line = parseFlags(command.args, FLAGS);
  if (!line.ok) return deny(`kubectl: ${line.reason}`);
  const two = line.words.slice(0, 2).join(" ");
  const verb = Object.hasOwn(RULES, two) ? two : (line.words[0] ?? "");
  const rule = Object.hasOwn(RULES, verb) ? RULES[verb] : undefined;
  if (rule === undefined) return deny(`kubectl: "${two}" is not on the list of allowed commands`);
  const operands = line.words.slice(verb.split(" ").length);
  const strange = rule.kinds === "none" ? null : strangeKind(operands, KINDS[rule.kinds]);
  if (strange !== null) return deny(`kubectl ${verb}: ${strange}`);
  const flag = strangeFlag(verb, line);
  if (flag !== null) return deny(`kubectl ${verb}: ${flag}`);
  const context = line.flags.get("--context");
  if (context !== undefined && !contextsOf(policy).has(context)) {
    return deny(`kubectl: the context "${context}" is not named in the policy`);
  }
  const checked = rule.check?.(line) ?? rule.risk;
  if (!isRisk(checked)) return deny(`kubectl ${verb}: ${checked}`);
  return withPlace(line, maxRisk(rule.risk, checked), `kubectl ${verb}: ${rule.reason}`, policy);
}

function strangeKind(operands: readonly string[], known: ReadonlySet<string>): string | null {
  const first = operands[0];
  if (first === undefined) return "it names no target";
  // TYPE/NAME may repeat; TYPE NAME and TYPE,TYPE have their types in the first word only.
  const named = first.includes("/")
    ? operands.filter((word) => !word.includes("=")).map((word) => word.split("/")[0] ?? "")
    : first.split(",");
  const strange = named.find((kind) => !known.has(kind));
  return strange === undefined ? null : `the kind "${strange}" is not on its list`;
}

/** Every verb that prints takes -o, and `go-template-file=` prints any file there is; -f follows without end in logs. */
function strangeFlag(verb: string, line: Split): string | null {
  if (verb !== "apply" && line.flags.has("--filename")) return "-f is only for apply";
  const output = line.flags.get("--output") ?? "wide";
  return ["wide", "name", "json", "yaml"].includes(output)
    ? null
    : `the output format "${output}" is not on the list`;
}

/** Go reads `0x0`, `+0` and `0_0` as zero (measured on a real deployment), so only plain decimals pass. */
function checkReplicas(line: Split): Risk | string {
  const replicas = line.flags.get("--replicas");
  if (replicas === undefined || !/^(0|[1-9][0-9]{0,3})$/.test(replicas))
    return "--replicas must be a plain number";
  const current = line.flags.get("--current-replicas");
  if (current !== undefined && !/^(0|[1-9][0-9]{0,3})$/.test(current))
    return "--current-replicas must be a plain number";
  return replicas === "0" ? "high" : "medium";
}

function checkFile(line: Split): Risk | string {
  const file = line.flags.get("--filename");
  if (file === undefined) return "it names no manifest (-f)";
  return isInsideWorkspace(file) ? "high" : `"${file}" is not a path inside the workspace`;
}

function withPlace(line: Split, risk: Risk, reason: string, policy: Policy): Verdict {
  const namespace = line.flags.get("--namespace") ?? "default";
  const everywhere = line.flags.get("--all-namespaces") === "true";
  const context = line.flags.get("--context");
  const environment = everywhere ? null : environmentOf(policy, namespace, context);
  const isProtected = risk !== "low" && policy.protected_namespaces.includes(namespace);
  if (!isProtected) return { decision: "allow", risk, reasons: [reason], environment, reads: [] };
  return {
    decision: "allow",
    risk: "high",
    reasons: [reason, `${namespace} is a protected namespace`],
    environment,
    reads: [],
  };
}

function environmentOf(policy: Policy, namespace: string, context: string | undefined): string | null {
  const entries = Object.entries(policy.environments);
  const byContext =
    context === undefined ? undefined : entries.find(([, env]) => env.contexts.includes(context));
  const byNamespace = entries.find(([, env]) => env.namespaces.includes(namespace));
  // Two environments that disagree are none: a production context does not become staging by its namespace.
  if (byContext !== undefined && byNamespace !== undefined && byContext[0] !== byNamespace[0]) return null;
  return (byContext ?? byNamespace)?.[0] ?? null;
}

function contextsOf(policy: Policy): Set<string> {
  return new Set(Object.values(policy.environments).flatMap((environment) => environment.contexts));
}

function isRisk(value: string): value is Risk {
  return value === "low" || value === "medium" || value === "high";
}
