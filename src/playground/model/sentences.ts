import {
  applyManifest,
  type Draft,
  read,
  remove,
  restart,
  scale,
  setImage,
  terraform,
  undo,
} from "./steps.ts";

type Words = Record<string, string | undefined>;
type Rule = { patterns: RegExp[]; steps: (words: Words, namespace: string, named: string | null) => Draft[] };
type Clause = { text: string; namespaces: string[] };

const environments = new Map([
  ["production", "production"],
  ["prod", "production"],
  ["staging", "staging"],
]);
const verbs =
  "scale|resize|increase|decrease|bring|restart|bounce|set|change|update|upgrade|roll|rollback|undo|revert|delete|remove|show|list|get|describe|apply|run|plan";
const numbers = "zero one two three four five six seven eight nine ten".split(" ");

/** Words that stand where a name would: "delete everything" is no deployment called everything. */
const noNames = new Set("everything all it them that this these those everyone anything".split(" "));

const NAME =
  "(?:the )?(?:deployment |service |app )?(?<name>[a-z0-9][a-z0-9.-]*)(?: deployment| service| app)?";
const COUNT = `(?<to>\\d{1,5}|${numbers.join("|")})(?: replicas?| pods?| instances?| copies)?`;
const FROM = `(?: from (?<from>\\d{1,5}|${numbers.join("|")})(?: replicas?)?)?`;
const IMAGE = "(?<image>[\\w./-]+(?::\\d+/[\\w./-]+)?(?::[\\w.-]+)?(?:@sha256:[0-9a-f]{64})?)";
const TAGGED = "(?<image>[\\w./-]+(?::\\d+/[\\w./-]+)?(?::[\\w.-]+|@sha256:[0-9a-f]{64}))";
const SEE = "(?:show|list|get|see|display)(?: me)?";
const KIND = "(?<kind>pods?|deployments?|services?|configmaps?|events|replicasets?)";

const rules: Rule[] = [
  {
    patterns: [
      like(`(?:scale|resize|increase|decrease|bring)(?: up| down)? ${NAME}(?: up| down)?${FROM} to ${COUNT}`),
      like(
        `(?:set|change) (?:the )?(?:replicas|replica count|number of replicas) (?:of|for) ${NAME}${FROM} to ${COUNT}`,
      ),
      like(`(?:set|change) ${NAME}(?: replicas)?${FROM} to (?<to>\\d{1,5}) replicas?`),
      like(`run ${COUNT} of ${NAME}`),
    ],
    steps: ({ name = "", to, from }, ns) =>
      scale(name, count(to), from === undefined ? null : count(from), ns),
  },
  {
    patterns: [
      like(`(?:restart|bounce|rollout restart) ${NAME}`),
      like(`do a (?:rolling )?restart of ${NAME}`),
    ],
    steps: ({ name = "" }, ns) => restart(name, ns),
  },
  {
    patterns: [
      like(`(?:set|change|update) (?:the )?image (?:of |for |on )?${NAME} to (?:image )?${IMAGE}`),
      like(`(?:set|update|upgrade) ${NAME} to (?:the )?(?:image )?${TAGGED}`),
      like(`(?:deploy|roll out) ${TAGGED} (?:to|on) ${NAME}`),
    ],
    steps: ({ name = "", image = "" }, ns) => setImage(name, image, ns),
  },
  {
    patterns: [
      like(
        `(?:roll back|rollback|undo|revert)(?: the)?(?: last)?(?: rollout of)? ${NAME}(?: to revision (?<revision>\\d{1,6}))?`,
      ),
      like(`roll ${NAME} back(?: to revision (?<revision>\\d{1,6}))?`),
    ],
    steps: ({ name = "", revision }, ns) => undo(name, revision, ns),
  },
  {
    patterns: [
      like(
        "(?:delete|remove|tear down) (?:the )?(?<kind>deployment|service|configmap|pod) (?<name>[a-z0-9][a-z0-9.-]*)",
      ),
      like(
        "(?:delete|remove|tear down) (?:the )?(?<name>[a-z0-9][a-z0-9.-]*)(?: (?<kind>deployment|service|configmap))?",
      ),
    ],
    steps: ({ name = "", kind = "deployment" }, ns) => remove(kind, name, ns),
  },
  {
    patterns: [
      like(
        `(?:${SEE} )?(?:the )?(?:last (?<tail>\\d{1,4}) lines (?:of|from) )?(?:the )?logs? (?:of|for|from) ${NAME}`,
      ),
      like(`${SEE} ${NAME} logs`),
    ],
    steps: ({ name = "", tail = "50" }, ns) =>
      read(`Logs of ${name}`, ["logs", `deployment/${name}`, `--tail=${tail}`], ns),
  },
  {
    patterns: [like(`${SEE} (?:the )?(?:rollout )?status of ${NAME}`), like(`describe ${NAME}`)],
    steps: ({ name = "" }, ns) => read(`Describe ${name}`, ["describe", `deployment/${name}`], ns),
  },
  {
    patterns: [
      like(`${SEE} (?:the |all )?(?:the )?${KIND}`),
      like(`(?:what|which) (?:are the )?${KIND}(?: are running| are there)?`),
    ],
    steps: ({ kind = "pods" }, ns) => read(`Show the ${kind}`, ["get", kind, "-o", "wide"], ns),
  },
  {
    patterns: [like(`(?:${SEE} )?(?:the )?status`), like("what is running|whats running|how is it going")],
    steps: (_, ns) => read("Show the deployments", ["get", "deployments", "-o", "wide"], ns),
  },
  {
    patterns: [
      like("(?<verb>apply|plan) (?:the )?terraform (?:root |in |of |directory |dir )+(?<dir>[\\w./-]+)"),
      like("(?:run )?terraform (?<verb>apply|plan) in (?<dir>[\\w./-]+)"),
      like("run terraform in (?<dir>[\\w./-]+)"),
    ],
    steps: ({ verb = "apply", dir = "" }) => terraform(verb.toLowerCase() === "plan" ? "plan" : "apply", dir),
  },
  {
    patterns: [
      like("apply (?:the )?(?:manifests?|file) (?:in )?(?<file>[\\w./-]+)"),
      like("apply (?<file>[\\w./-]+\\.(?:ya?ml|json))"),
    ],
    steps: ({ file = "" }, _, named) => applyManifest(file, named),
  },
];

/** What a request asks for. `isPlaceless`: it changes something, and does not say in which environment. */
export type Understood = { drafts: Draft[]; isPlaceless: boolean };

/** The steps a request asks for, or null when any part of it is not understood. */
export function understand(request: string): Understood | null {
  const clauses = splitRequest(request).map(readEnvironment);
  const everywhere = new Set(clauses.flatMap((clause) => clause.namespaces));
  let last = everywhere.size === 1 ? [...everywhere] : [];
  const drafts: Draft[] = [];
  let isPlaceless = false;
  for (const clause of clauses) {
    if (clause.namespaces.length > 0) last = clause.namespaces;
    const found = last.length === 0 ? [null] : last;
    for (const namespace of found) {
      const steps = stepsOf(clause.text, namespace);
      if (steps === null) return null;
      drafts.push(...steps);
      isPlaceless ||=
        namespace === null && steps.some(({ risk, args }) => risk !== "low" && args.includes("-n"));
    }
  }
  return drafts.length === 0 ? null : { drafts, isPlaceless };
}

/** The names of what is to be scaled without a word about to how many. */
export function missingCounts(request: string): string[] {
  const bare = like(`(?:scale|resize|increase|decrease)(?: up| down)? ${NAME}`);
  return splitRequest(request).flatMap((part) => {
    const name = bare.exec(readEnvironment(part).text)?.groups?.["name"]?.toLowerCase();
    return name === undefined || noNames.has(name) ? [] : [name];
  });
}

/** An environment as somebody answers it, in the words a request has for it. */
export function wordsOfPlace(answer: string): string {
  const name = answer
    .trim()
    .replace(/^(?:in|on) /i, "")
    .replace(/[.!]+$/, "");
  return environments.has(name.toLowerCase()) || /namespace/i.test(name) ? name : `namespace ${name}`;
}

function like(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, "i");
}

function splitRequest(request: string): string[] {
  return request
    .replaceAll(/[`"'“”‘’]/g, "")
    .replaceAll(/\s+/g, " ")
    .split(/\s*[,;.]?\s+(?:and )?then\s+|\s*;\s*/i)
    .flatMap((part) =>
      part.split(new RegExp(`\\s*,?\\s+and (?=(?:${verbs})\\b)|\\s*,\\s*(?=(?:${verbs})\\b)`, "i")),
    )
    .map((part) =>
      part
        .trim()
        .replace(/[.!?,]+$/, "")
        .replace(/^(?:please|kindly|(?:can|could) you(?: please)?),? /i, "")
        .replace(/,? please$/i, ""),
    )
    .filter((part) => part !== "");
}

/** Takes the environment's words out of a clause: `in production`, `the staging pods`, `in namespace web`. */
function readEnvironment(part: string): Clause {
  const namespaces: string[] = [];
  const take = (namespace: string): string => {
    if (!namespaces.includes(namespace)) namespaces.push(namespace);
    return " ";
  };
  const text = part
    .replace(/ (?:in|on|from) (?:the )?namespace ([a-z0-9-]+)\b/i, (_, name: string) =>
      take(name.toLowerCase()),
    )
    .replace(/ (?:in|on|from) (?:the )?([a-z0-9-]+) namespace\b/i, (_, name: string) =>
      take(environments.get(name.toLowerCase()) ?? name.toLowerCase()),
    )
    .replaceAll(
      /(?: (?:in|on|of|for|from|and|both))*(?: the)? (?<![\w./:-])(production|prod|staging)(?![\w/:-]|\.\w)(?: environment| cluster)?/gi,
      (_, name: string) => take(environments.get(name.toLowerCase()) ?? name),
    );
  return { text: text.replaceAll(/\s+/g, " ").trim(), namespaces };
}

function stepsOf(text: string, namespace: string | null): Draft[] | null {
  for (const rule of rules)
    for (const pattern of rule.patterns) {
      const match = pattern.exec(text);
      if (match === null) continue;
      const words: Words = { ...match.groups };
      if (words["name"] !== undefined) words["name"] = words["name"].toLowerCase();
      if (noNames.has(words["name"] ?? "")) return null;
      return rule.steps(words, namespace ?? "default", namespace);
    }
  return null;
}

function count(word: string | undefined): number {
  const spelled = numbers.indexOf((word ?? "").toLowerCase());
  return spelled >= 0 ? spelled : Number(word);
}
