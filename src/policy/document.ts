import { createHash } from "node:crypto";
import { z } from "zod";
import { Risk } from "#change/plan.ts";
import { namesForbidden } from "./child-variables.ts";
import { ApprovalRule, Asking, Freeze, LookRule, SlackUser } from "./document-people.ts";
import { MODULE_HOSTS, ModuleHost, Provider, ShownPath } from "./document-places.ts";
import { LowerRule, Verb } from "./document-verbs.ts";
import { fromRoot } from "./paths.ts";

/** The context that `in_cluster` gives. */
const IN_CLUSTER = "in-cluster";

const names = z.array(z.string().min(1)).default([]);
/** Another one would be no place of any command, and what is said of it would never hold. */
const directories = z
  .array(
    z.string().refine((path) => fromRoot("", path) !== null, {
      error: "is no directory below the workspace, written from its root, such as network or apps/web",
    }),
  )
  .default([]);
/** Below the home directory, nothing above it. */
const HomePath = z
  .string()
  .regex(/^(?!.*(^|\/)\.\.(\/|$))[^/~].*$/, "is not a path below the home directory, such as .aws/config");
const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*\*?$/, "is not a variable's name, such as AWS_PROFILE or AWS_*")
  .refine((entry) => !namesForbidden(entry), {
    error: "could give commands one of Greenlight's own secrets, or a name that changes what they run",
  });

const Environment = z.strictObject({
  /** How it is recognised. */
  namespaces: names,
  contexts: names,
  directories,
  /** Refused here, and raised to this risk here, beside what holds everywhere. */
  deny: z.array(Verb).default([]),
  raise: z.record(Verb, Risk).default({}),
  /** What children get of the bot's own environment (`AWS_*` is every name that begins so), and copies of its home. */
  variables: z.array(VariableName).default([]),
  home_paths: z.array(HomePath).default([]),
  /** Gives commands a context named `in-cluster`: the service account of the pod the bot runs in. */
  in_cluster: z.boolean().default(false),
});

const seconds = (most: number, standard: number) => z.number().min(1).max(most).default(standard);

/** The policy file (GREENLIGHT_POLICY), as written. Unknown keys are faults: a misspelt rule must not be silence. */
export const PolicyDocument = z.strictObject({
  version: z.literal(1),
  environments: z.record(z.string(), Environment).default({}),
  unattended: z.strictObject({ medium: names }).prefault({}),
  protected_namespaces: names.default(["kube-system", "kube-public", "kube-node-lease"]),
  /** Contexts a command may name beside those of the environments. */
  contexts: names,
  /** The context of a command whose words and environment leave it open. Without it such a command is refused. */
  default_context: z.string().min(1).nullable().default(null),
  /** Workspace directories that commands may run in and read; empty: all of them. */
  directories,
  /** Workspace directories whose files are configuration: a config map made from one of them is no more than medium. */
  config_directories: directories,
  /** Refused, and raised to a risk, everywhere. */
  deny: z.array(Verb).default([]),
  raise: z.record(Verb, Risk).default({}),
  /** Medium instead of high, in the environments each rule names. */
  lower: z.array(LowerRule).default([]),
  /** Where images may come from (`registry.example.com/team`); empty: anywhere. An image from elsewhere is high. */
  registries: names,
  /** Output formats beside tables and names that may be posted, redacted. */
  raw_outputs: z
    .array(z.enum(["json", "yaml", "jsonpath", "jsonpath-as-json", "go-template", "custom-columns"]))
    .default(["json", "yaml", "jsonpath", "jsonpath-as-json", "go-template", "custom-columns"]),
  terraform: z
    .strictObject({
      /** Roots that may run code while planning (provisioners, external data, remote modules): high, instead of refused. */
      trusted_roots: directories,
      /** Whose programs terraform may fetch and run: `hashicorp/*` is all of theirs but external, http and local. */
      providers: z.array(Provider).default(["hashicorp/*"]),
      /** Where pinned modules may come from: of a registry, of git, of an archive, and of where a registry sends to. */
      module_hosts: z.array(ModuleHost).default([...MODULE_HOSTS]),
      /** Whether an apply is followed by one more plan, which has to show nothing of it again. */
      verify: z.boolean().default(true),
    })
    .prefault({}),
  box: z
    .strictObject({
      /** What commands may read beside what is theirs, in absolute paths: a login plugin that lies elsewhere, say. */
      read_only: z.array(ShownPath).default([]),
      /** TCP ports that commands held in by Landlock may connect to beside the usual ones. */
      ports: z.array(z.int().min(1).max(65_535)).default([]),
    })
    .prefault({}),
  limits: z
    .strictObject({
      steps: z.int().min(1).max(20).default(20),
      /** Words of one command, and characters of one word. */
      args: z.int().min(1).max(64).default(64),
      arg_chars: z.int().min(16).max(4_096).default(4_096),
      /** Most pods that one command may ask of one object. */
      replicas: z.int().min(1).max(9_999).default(100),
    })
    .prefault({}),
  deadlines: z
    .strictObject({
      default_seconds: seconds(3_600, 60),
      terraform_seconds: seconds(14_400, 900),
      /** Between INT and KILL: terraform needs it to write its state. */
      terraform_grace_seconds: seconds(600, 120),
      /** The most that `kubectl rollout status` and `kubectl wait` may take, which only wait for what was changed before. */
      settle_seconds: seconds(14_400, 600),
      /** How long a change that waits for a person holds its targets. */
      operator_minutes: z.int().min(1).max(10_080).default(240),
      /** For single verbs, such as `kubectl rollout status`. */
      verbs: z.record(Verb, z.number().min(1).max(14_400)).default({}),
    })
    .prefault({}),
  asking: z.array(Asking).default([]),
  /** For whom the Planner may look at what; where no rule speaks of an environment: policy/approvals/looking.ts. */
  looks: z.array(LookRule).default([]),
  /** Slack user ids who may approve whatever no rule of `approvals` speaks of. */
  approvers: z.array(SlackUser).default([]),
  approvals: z.array(ApprovalRule).default([]),
  freezes: z.array(Freeze).default([]),
  /** Who may approve alone, also their own change and in a freeze, with a typed reason that everybody sees. */
  break_glass: z.array(SlackUser).default([]),
  notify: z
    .strictObject({
      /** Whether everybody who may approve a change gets its card as a direct message too. */
      direct_messages: z.boolean().default(true),
    })
    .prefault({}),
});
type Rules = z.infer<typeof PolicyDocument>;

/**
 * The rules, as data. `hash` names exactly these rules; it is part of every digest. `onlyContext`: the one context of the
 * kubeconfig Greenlight was started with, which needs no naming in the file; where it leads is bound by every approval.
 */
export type Policy = Rules & { hash: string; onlyContext?: string };

/** Who may approve and when is checked at the click, so it is no part of what was approved; nor is who hears of it. */
const AT_THE_CLICK = new Set(["approvers", "approvals", "freezes", "break_glass", "asking", "notify"]);

/** The rules without a file: no environment is named, so every medium or high change waits for a person. */
export const builtInPolicy: Policy = withHash(PolicyDocument.parse({ version: 1 }), { version: 1 });

/** The same rules with these approvers beside the file's. Who may approve is no part of the hash. */
export function withApprovers(policy: Policy, approvers: readonly string[]): Policy {
  return { ...policy, approvers: [...new Set([...policy.approvers, ...approvers])] };
}

/** The same rules for a kubeconfig with these contexts: where there is only one, commands may name that one. */
export function withKubeconfig(policy: Policy, contexts: readonly string[]): Policy {
  const [only, another] = contexts;
  return only === undefined || another !== undefined ? policy : { ...policy, onlyContext: only };
}

/** Every context the file names. */
export function listedContexts(policy: Omit<Policy, "hash">): Set<string> {
  const environments = Object.values(policy.environments);
  const listed = new Set([...policy.contexts, ...environments.flatMap(({ contexts }) => contexts)]);
  if (environments.some((environment) => environment.in_cluster)) listed.add(IN_CLUSTER);
  return listed;
}

/** The contexts of one environment; none: it is known by its namespaces, in whatever context is named. */
export function contextsOf({ contexts, in_cluster }: Policy["environments"][string]): string[] {
  return in_cluster ? [...contexts, IN_CLUSTER] : contexts;
}

/**
 * Rules with their hash. The hash covers the keys that were set, as `set` has them, and no default: a version of Greenlight
 * that knows one more key with a default of its own voids no approval by that.
 */
export function withHash(rules: Rules, set: object = rules): Policy {
  return {
    ...rules,
    hash: createHash("sha256")
      .update(JSON.stringify(boundPart(set)))
      .digest("hex"),
  };
}

function boundPart(set: object): unknown {
  return inOrder(Object.fromEntries(Object.entries(set).filter(([key]) => !AT_THE_CLICK.has(key))));
}

/** The order in which a file's keys stand says nothing. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, inOrder(inner)]));
}
