import type { Risk } from "#change/plan.ts";

/** One verb: how risky, what it takes, and whether it loads the configuration in a way that runs providers or fetches code. */
export type VerbRule = {
  risk: Risk;
  reason: string;
  flags: readonly string[];
  /** Flags it takes and may not have here, with why. What REFUSED_FLAGS names needs no word here. */
  never?: Readonly<Record<string, string>>;
  /** How many operands, and what each is. */
  operands?: readonly [least: number, most: number, kind: "address" | "name" | "plan" | "path" | "plain"];
  /** A configuration that would run code is refused before this verb. */
  loads?: true;
  /** It reads nothing of the directory. */
  anywhere?: true;
};

const LOCK = ["-lock", "-lock-timeout"];
const VARIABLES = ["-var", "-var-file"];
const SURGERY = [...LOCK];
const PLANNING = [
  ...LOCK,
  ...VARIABLES,
  "-destroy",
  "-input",
  "-json",
  "-parallelism",
  "-refresh",
  "-refresh-only",
  "-replace",
  "-target",
];

const unshown = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, "terraform takes it here without saying what it would do"]));

/** The verbs on the list, each with the flags it may have. A flag that stands in no list is refused, also one that a newer terraform adds. */
export const VERBS: Readonly<Record<string, VerbRule>> = {
  init: {
    risk: "medium",
    reason: "fetches providers and modules",
    flags: [
      ...LOCK,
      ...["-backend", "-cloud", "-force-copy", "-get", "-input", "-json", "-lockfile", "-migrate-state"],
      ...["-reconfigure", "-test-directory", "-upgrade"],
    ],
    loads: true,
    never: unshown("-target", "-var", "-var-file"),
  },
  get: { risk: "medium", reason: "fetches modules", flags: ["-test-directory", "-update"], loads: true },
  validate: { risk: "low", reason: "reads", flags: ["-json", "-no-tests", "-test-directory"], loads: true },
  plan: {
    risk: "low",
    reason: "reads",
    flags: [...PLANNING, "-detailed-exitcode", "-out"],
    loads: true,
  },
  apply: {
    risk: "high",
    reason: "changes infrastructure",
    flags: [...PLANNING, "-auto-approve"],
    operands: [0, 1, "plan"],
    loads: true,
  },
  destroy: {
    risk: "high",
    reason: "destroys infrastructure",
    flags: [...PLANNING.filter((flag) => flag !== "-destroy"), "-auto-approve"],
    loads: true,
    never: { "-destroy": "it is what the verb does" },
  },
  refresh: {
    risk: "high",
    reason: "rewrites the state from what is there",
    flags: [...LOCK, ...VARIABLES, "-input", "-json", "-parallelism", "-target"],
    loads: true,
    never: unshown("-destroy", "-refresh", "-refresh-only", "-replace"),
  },
  import: {
    risk: "high",
    reason: "takes an existing object into the state",
    flags: [...LOCK, ...VARIABLES, "-input", "-parallelism"],
    operands: [2, 2, "plain"],
    loads: true,
    never: unshown("-target"),
  },
  taint: {
    risk: "high",
    reason: "marks a resource to be replaced",
    flags: [...SURGERY, "-allow-missing"],
    operands: [1, 1, "address"],
  },
  untaint: {
    risk: "high",
    reason: "changes the state by hand",
    flags: [...SURGERY, "-allow-missing"],
    operands: [1, 1, "address"],
  },
  "state mv": {
    risk: "high",
    reason: "changes the state by hand",
    flags: [...SURGERY, "-dry-run"],
    operands: [2, 2, "address"],
  },
  "state rm": {
    risk: "high",
    reason: "changes the state by hand: terraform forgets the resource",
    flags: [...SURGERY, "-dry-run"],
    operands: [1, 60, "address"],
  },
  "state replace-provider": {
    risk: "high",
    reason: "changes the state by hand",
    flags: [...SURGERY, "-auto-approve"],
    operands: [2, 2, "name"],
  },
  "state list": { risk: "low", reason: "reads names", flags: ["-id"], operands: [0, 60, "address"] },
  "force-unlock": {
    risk: "high",
    reason: "takes the state's lock away, also from one who works on it",
    flags: ["-force"],
    operands: [1, 1, "name"],
  },
  "workspace new": {
    risk: "high",
    reason: "makes another state and changes to it",
    flags: LOCK,
    operands: [1, 1, "name"],
  },
  "workspace select": {
    risk: "high",
    reason: "changes which state later commands work on",
    flags: ["-or-create"],
    operands: [1, 1, "name"],
  },
  "workspace delete": {
    risk: "high",
    reason: "deletes a state",
    flags: [...LOCK, "-force"],
    operands: [1, 1, "name"],
  },
  "workspace list": { risk: "low", reason: "reads names", flags: [] },
  "workspace show": {
    risk: "low",
    reason: "reads a name",
    flags: [],
    never: unshown("-input", "-target", "-var", "-var-file"),
  },
  show: { risk: "low", reason: "shows a saved plan", flags: ["-json"], operands: [0, 1, "plan"] },
  output: {
    risk: "low",
    reason: "reads, sensitive values masked",
    flags: ["-json", "-raw"],
    operands: [0, 1, "plain"],
  },
  providers: { risk: "low", reason: "reads names", flags: ["-test-directory"] },
  "providers schema": { risk: "low", reason: "reads", flags: ["-json"], loads: true },
  graph: {
    risk: "low",
    reason: "reads",
    flags: ["-draw-cycles", "-module-depth", "-plan", "-type"],
    loads: true,
  },
  modules: { risk: "low", reason: "reads names", flags: ["-json"] },
  version: { risk: "low", reason: "reads", flags: ["-json"], anywhere: true },
  "metadata functions": { risk: "low", reason: "reads", flags: ["-json"], anywhere: true },
  fmt: {
    risk: "low",
    reason: "looks at the layout of files",
    flags: ["-check", "-diff", "-list", "-recursive", "-write"],
    operands: [0, 60, "path"],
  },
};

/** Verbs terraform has and nothing here may use, with the reason a person is told. */
export const REFUSED_VERBS: Readonly<Record<string, string>> = {
  console: "it asks at a terminal",
  env: "it is the old name of workspace; use that one",
  login: "it stores a token",
  logout: "it takes a token away",
  "providers lock": "it rewrites the lock file; do that where the configuration is kept",
  "providers mirror": "it writes provider programs to disk",
  "state pull": "it prints the whole state, secrets included",
  "state push": "it replaces the whole state",
  "state show": "it can print a copy of a sensitive value",
  test: "it makes real infrastructure and destroys it again",
};

/** Whether a verb, or a group of them, is called so here, allowed or refused. */
export function knowsTerraformVerb(verb: string): boolean {
  const names = [...Object.keys(VERBS), ...Object.keys(REFUSED_VERBS)];
  return names.some((name) => name === verb || name.startsWith(`${verb} `));
}
