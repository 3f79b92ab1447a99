import { argvOf, type Command, type Step } from "#change/plan.ts";

/** A longer line names its middle by an ellipsis. */
const WORDS_CHARS = 90;

/** Flags of kubectl whose value is the next word. A long flag that is not here and has no `=` makes the line unclear. */
const valued = new Set(
  "-n --namespace -l --selector -f --filename -c --container -o --output -k --kustomize --replicas --image --context --timeout --revision --to-revision --from-literal --from-file --type -p --patch --grace-period --min --max --cpu-percent --port --target-port --name --tail --since --current-replicas --field-selector --request-timeout -v --v".split(
    " ",
  ),
);
/** Flags that stand alone. */
const bare = new Set(
  "-A --all-namespaces --all --force --overwrite --wait --watch -w --ignore-not-found --now --prune --recursive -R --server-side --record --list --previous --follow --show-labels --no-headers --ignore-daemonsets --delete-emptydir-data".split(
    " ",
  ),
);
const reading = new Set(
  "get describe logs top version diff explain events auth api-resources api-versions cluster-info wait plan show validate output providers fmt graph".split(
    " ",
  ),
);

/**
 * One step in few words, made from its command and never from a model's prose: "Scale payment-api to 5", "Restart checkout",
 * "Apply the terraform root network". What cannot be told is its command line. A word of it may hold anything: whoever shows
 * it makes that visible.
 */
export function stepWords(step: Command): string {
  const words = step.tool === "terraform" ? terraformWords(step) : kubectlWords(step);
  return short((words ?? argvOf(step).map(quoted).join(" ")).replace(/\s+/gu, " ").trim());
}

function short(text: string): string {
  if (text.length <= WORDS_CHARS) return text;
  const chars = [...text];
  return `${chars.slice(0, 55).join("")} … ${chars.slice(-30).join("")}`;
}

/** As a POSIX shell would need it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Whether a step only looks, as far as its words show. For texts; policy decides what is harmless. */
export function isReading({ args }: Step): boolean {
  const [verb = "", sub = ""] = wordsOf(args);
  // `auth reconcile` writes who may do what.
  if (verb === "auth") return /^(?:can-i|whoami)$/u.test(sub);
  return reading.has(verb) || (verb === "rollout" && /^(?:status|history)$/u.test(sub));
}

/** The words that are neither a flag nor its value: in `-n auth delete pod x` the namespace is no verb. */
function wordsOf(args: readonly string[]): string[] {
  return args.filter((word, index) => !word.startsWith("-") && !valued.has(args[index - 1] ?? ""));
}

type Line = { verb: string; rest: string[]; flags: ReadonlyMap<string, string> };

/** The words that are no flags, and the flags; null for a line that could be read in two ways. */
function readLine(args: readonly string[]): Line | null {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? "";
    const [name = "", ...value] = word.split("=");
    if (!word.startsWith("-")) words.push(word);
    // Of several files one alone would be named.
    else if (flags.has(name)) return null;
    else if (value.length > 0) flags.set(name, value.join("="));
    else if (valued.has(word)) {
      flags.set(word, args[index + 1] ?? "");
      index += 1;
    } else if (bare.has(word)) flags.set(word, "");
    else return null;
  }
  const [verb = "", ...rest] = words;
  return verb === "" ? null : { verb, rest, flags };
}

function kubectlWords({ args }: Command): string | null {
  const line = readLine(args);
  if (line === null) return null;
  const { verb, rest, flags } = line;
  // Few words would hide that it forces, or deletes what the manifests no longer hold.
  if (flags.has("--force") || flags.has("--prune")) return null;
  switch (verb) {
    case "scale":
      return with1(targetOf(rest), (what) =>
        with1(flags.get("--replicas"), (to) => `Scale ${what} to ${to}`),
      );
    case "rollout":
      return rolloutWords(rest);
    case "set":
      return setWords(rest);
    case "apply":
    case "create":
    case "replace":
      return fileWords(verb, rest, flags);
    case "delete":
      return with1(
        targetOf(rest, true) ?? flags.get("-f") ?? flags.get("--filename"),
        (what) => `Delete ${what}`,
      );
    default:
      return Object.hasOwn(plainVerbs, verb) && rest.length > 0
        ? with1(targetOf(rest, true), (what) => `${plainVerbs[verb]} ${what}`)
        : null;
  }
}

const plainVerbs: Readonly<Record<string, string>> = {
  get: "Look at",
  describe: "Look at",
  logs: "Read the logs of",
  patch: "Patch",
  autoscale: "Autoscale",
  cordon: "Cordon node",
  uncordon: "Uncordon node",
  drain: "Drain node",
  expose: "Expose",
};

function rolloutWords([sub = "", ...rest]: string[]): string | null {
  const verbs: Readonly<Record<string, string>> = {
    restart: "Restart",
    undo: "Undo the rollout of",
    status: "Watch the rollout of",
    history: "Look at the rollouts of",
    pause: "Pause the rollout of",
    resume: "Resume the rollout of",
  };
  return Object.hasOwn(verbs, sub) ? with1(targetOf(rest), (what) => `${verbs[sub]} ${what}`) : null;
}

function setWords([what = "", ...rest]: string[]): string | null {
  const targets = rest.filter((word) => !word.includes("="));
  const values = rest.filter((word) => word.includes("="));
  const [value = ""] = values;
  if (/^(?:sa|serviceaccounts?)$/u.test(what) && values.length === 0 && rest.length >= 2)
    return with1(targetOf(rest.slice(0, -1)), (name) => `Run ${name} as service account ${rest.at(-1)}`);
  if (what !== "image" || values.length !== 1) return null;
  return with1(targetOf(targets), (name) => `Set ${name} to image ${value.slice(value.indexOf("=") + 1)}`);
}

function fileWords(verb: string, rest: string[], flags: Line["flags"]): string | null {
  const from = flags.get("-f") ?? flags.get("--filename") ?? flags.get("-k") ?? flags.get("--kustomize");
  const word = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
  if (from !== undefined && from !== "") return rest.length === 0 ? `${word} ${from}` : null;
  return verb === "create" ? with1(targetOf(rest, true), (what) => `${word} ${what}`) : null;
}

/** "payment-api" of `deployment/payment-api`, or of `deployment payment-api`; with the kind where that says more. */
function targetOf(words: readonly string[], withKind = false): string | null {
  const [first, second, ...more] = words;
  if (first === undefined || first === "") return null;
  if (first.includes("/")) {
    const name = withKind ? first.replace("/", " ") : first.slice(first.indexOf("/") + 1);
    return second === undefined ? name : `${name} and ${words.length - 1} more`;
  }
  if (second === undefined) return withKind ? first : null;
  const name = withKind ? `${first} ${second}` : second;
  return more.length === 0 ? name : `${name} and ${more.length} more`;
}

function terraformWords({ args, dir }: Command): string | null {
  const [verb = ""] = args;
  const root = dir === "" ? "the terraform root" : `the terraform root ${dir}`;
  switch (verb) {
    case "apply":
      return args.includes("-destroy") ? `Destroy ${root}` : `Apply ${root}`;
    case "destroy":
      return `Destroy ${root}`;
    case "plan":
      return `Plan ${root}`;
    default:
      return null;
  }
}

function with1(value: string | null | undefined, say: (value: string) => string | null): string | null {
  return value === null || value === undefined || value === "" ? null : say(value);
}
