/**
 * How a verb's words are read. `resources`: TYPE NAME…, TYPE/NAME…. `pairs`: those, then KEY=VALUE or KEY-. `account`: those,
 * then one name. `names`: names of one kind. `new`: the name of what is made. `log`: POD or TYPE/NAME, then a container.
 * `words`: taken as they stand. `none`: none may stand there.
 */
export type Operands = "resources" | "pairs" | "account" | "names" | "new" | "log" | "words" | "none";

/**
 * One verb of kubectl: how its words are read, of which kind (where the verb says so), the flags it may have, and those it
 * may not, with why. What REFUSED_FLAGS names needs no word here. How a flag is written is in flags-from-help.ts.
 */
export type VerbShape = {
  operands: Operands;
  kind?: string;
  flags: string;
  never?: Readonly<Record<string, string>>;
};

const PRINT = "allow-missing-template-keys output show-managed-fields template";
const FILES = "filename kustomize recursive";
const MAKE = `${PRINT} dry-run field-manager save-config validate`;
const SET = `${PRINT} ${FILES} all dry-run field-manager local record`;
const ROLLOUT = `${PRINT} ${FILES} selector`;
const PAIRS = `${SET} all-namespaces field-selector list overwrite resource-version selector`;

const because = (names: string, why: string): [string, string][] =>
  names.split(" ").map((name) => [name, why]);

const KUSTOMIZE_NEVER = Object.fromEntries([
  ...because("as-current-user enable-alpha-plugins env mount network network-name", "it runs plugins"),
  ...because("enable-helm helm-api-versions helm-command helm-debug helm-kube-version", "it runs helm"),
  ...because("load-restrictor", "it reads files outside of the directory"),
  ...because("output", "it writes files"),
]);

const making = (kind: string, flags: string): VerbShape => ({
  operands: "new",
  kind,
  flags: `${MAKE} ${flags}`,
});

/** What every verb may have. Those that say where or as whom a command runs, and those that write files, are refused. */
export const GLOBAL_FLAGS =
  "namespace context request-timeout v disable-compression match-server-version warnings-as-errors";

/**
 * Every verb that may be judged further, with the flags it may have. A flag that stands in no list is refused, also one
 * that a newer kubectl adds: somebody has to look first at what it does.
 */
export const VERBS: Readonly<Record<string, VerbShape>> = {
  annotate: { operands: "pairs", flags: PAIRS },
  "api-resources": {
    operands: "none",
    flags: "api-group cached categories namespaced no-headers output sort-by verbs",
  },
  "api-versions": { operands: "none", flags: "" },
  apply: {
    operands: "none",
    flags: `${PRINT} ${FILES} all cascade dry-run field-manager force force-conflicts grace-period openapi-patch overwrite prune prune-allowlist record selector server-side subresource timeout validate wait`,
  },
  "apply set-last-applied": {
    operands: "none",
    flags: `${PRINT} create-annotation dry-run filename`,
  },
  "apply view-last-applied": { operands: "resources", flags: `${FILES} all output selector` },
  "auth can-i": { operands: "words", flags: "all-namespaces list no-headers quiet subresource" },
  "auth reconcile": {
    operands: "none",
    flags: `${PRINT} ${FILES} dry-run remove-extra-permissions remove-extra-subjects`,
  },
  "auth whoami": { operands: "none", flags: PRINT },
  autoscale: {
    operands: "resources",
    flags: `${PRINT} ${FILES} cpu-percent dry-run field-manager max min name record save-config`,
  },
  "certificate approve": {
    operands: "names",
    kind: "certificatesigningrequests",
    flags: `${PRINT} ${FILES} force`,
  },
  "certificate deny": {
    operands: "names",
    kind: "certificatesigningrequests",
    flags: `${PRINT} ${FILES} force`,
  },
  "cluster-info": { operands: "none", flags: "" },
  "config current-context": { operands: "none", flags: "" },
  "config get-clusters": { operands: "none", flags: "" },
  "config get-contexts": { operands: "words", flags: "no-headers output" },
  "config get-users": { operands: "none", flags: "" },
  "config view": { operands: "none", flags: `${PRINT} flatten merge minify raw` },
  cordon: { operands: "names", kind: "nodes", flags: "dry-run selector" },
  create: {
    operands: "none",
    flags: `${MAKE} ${FILES} edit record selector windows-line-endings`,
  },
  "create clusterrole": making(
    "clusterroles",
    "aggregation-rule non-resource-url resource resource-name verb",
  ),
  "create clusterrolebinding": making("clusterrolebindings", "clusterrole group serviceaccount user"),
  "create configmap": making("configmaps", "append-hash from-env-file from-file from-literal"),
  "create cronjob": making("cronjobs", "image restart schedule"),
  "create deployment": making("deployments", "image port replicas"),
  "create ingress": making("ingresses", "annotation class default-backend rule"),
  "create job": making("jobs", "from image"),
  "create namespace": making("namespaces", ""),
  "create poddisruptionbudget": making("poddisruptionbudgets", "max-unavailable min-available selector"),
  "create priorityclass": making("priorityclasses", "description global-default preemption-policy value"),
  "create quota": making("resourcequotas", "hard scopes"),
  "create role": making("roles", "resource resource-name verb"),
  "create rolebinding": making("rolebindings", "clusterrole group role serviceaccount user"),
  "create secret docker-registry": making(
    "secrets",
    "append-hash docker-email docker-password docker-server docker-username from-file",
  ),
  "create secret generic": making("secrets", "append-hash from-env-file from-file from-literal type"),
  "create secret tls": making("secrets", "append-hash cert key"),
  "create service clusterip": making("services", "clusterip tcp"),
  "create service externalname": making("services", "external-name tcp"),
  "create service loadbalancer": making("services", "tcp"),
  "create service nodeport": making("services", "node-port tcp"),
  "create serviceaccount": making("serviceaccounts", ""),
  delete: {
    operands: "resources",
    flags: `${FILES} all all-namespaces cascade dry-run field-selector force grace-period ignore-not-found interactive now output selector timeout wait`,
  },
  describe: {
    operands: "resources",
    flags: `${FILES} all-namespaces chunk-size selector show-events`,
  },
  diff: {
    operands: "none",
    flags: `${FILES} concurrency field-manager force-conflicts prune prune-allowlist selector server-side show-managed-fields`,
  },
  drain: {
    operands: "names",
    kind: "nodes",
    flags:
      "chunk-size delete-emptydir-data disable-eviction dry-run force grace-period ignore-daemonsets pod-selector selector skip-wait-for-delete-timeout timeout",
  },
  events: {
    operands: "none",
    flags: `${PRINT} all-namespaces chunk-size for no-headers types watch`,
  },
  explain: { operands: "words", flags: "api-version output recursive" },
  expose: {
    operands: "resources",
    flags: `${PRINT} ${FILES} cluster-ip dry-run field-manager external-ip labels load-balancer-ip name override-type overrides port protocol record selector save-config session-affinity target-port type`,
  },
  get: {
    operands: "resources",
    flags: `${PRINT} ${FILES} all-namespaces chunk-size field-selector ignore-not-found label-columns no-headers output-watch-events selector server-print show-kind show-labels sort-by subresource watch watch-only`,
  },
  kustomize: { operands: "words", flags: "", never: KUSTOMIZE_NEVER },
  label: { operands: "pairs", flags: PAIRS },
  logs: {
    operands: "log",
    flags:
      "all-containers all-pods container follow ignore-errors limit-bytes max-log-requests pod-running-timeout prefix previous selector since since-time tail timestamps",
  },
  patch: {
    operands: "resources",
    flags: `${PRINT} ${FILES} dry-run field-manager local patch patch-file record subresource type`,
  },
  replace: {
    operands: "none",
    flags: `${MAKE} ${FILES} cascade force grace-period subresource timeout wait`,
  },
  "rollout history": { operands: "resources", flags: `${ROLLOUT} revision` },
  "rollout pause": { operands: "resources", flags: `${ROLLOUT} field-manager` },
  "rollout restart": { operands: "resources", flags: `${ROLLOUT} field-manager` },
  "rollout resume": { operands: "resources", flags: `${ROLLOUT} field-manager` },
  "rollout status": { operands: "resources", flags: `${FILES} revision selector timeout watch` },
  "rollout undo": { operands: "resources", flags: `${ROLLOUT} dry-run to-revision` },
  run: {
    operands: "new",
    kind: "pods",
    flags: `${PRINT} annotations attach cascade command dry-run env expose field-manager force grace-period image image-pull-policy labels leave-stdin-open override-type overrides pod-running-timeout port privileged quiet record restart rm save-config stdin timeout tty wait`,
    never: Object.fromEntries(because("filename kustomize recursive", "the pod is made from the line alone")),
  },
  scale: {
    operands: "resources",
    flags: `${PRINT} ${FILES} all current-replicas dry-run record replicas resource-version selector timeout`,
  },
  "set env": {
    operands: "pairs",
    flags: `${PRINT} ${FILES} all containers dry-run env field-manager from keys list local overwrite prefix resolve selector`,
  },
  "set image": { operands: "pairs", flags: `${SET} selector` },
  "set resources": { operands: "resources", flags: `${SET} containers limits requests selector` },
  "set selector": {
    operands: "pairs",
    flags: `${PRINT} all dry-run field-manager filename local record recursive resource-version`,
  },
  "set serviceaccount": { operands: "account", flags: SET },
  "set subject": {
    operands: "resources",
    flags: `${PRINT} ${FILES} all dry-run field-manager group local selector serviceaccount user`,
  },
  taint: {
    operands: "pairs",
    flags: `${PRINT} all dry-run field-manager overwrite selector validate`,
  },
  "top node": {
    operands: "names",
    kind: "nodes",
    flags: "no-headers selector show-capacity sort-by use-protocol-buffers",
  },
  "top pod": {
    operands: "names",
    kind: "pods",
    flags: "all-namespaces containers field-selector no-headers selector sort-by sum use-protocol-buffers",
  },
  uncordon: { operands: "names", kind: "nodes", flags: "dry-run selector" },
  version: { operands: "none", flags: "client output" },
  wait: {
    operands: "resources",
    flags: `${PRINT} all all-namespaces field-selector filename for local recursive selector timeout`,
  },
};

/** Other names kubectl takes for a subverb, by the group they stand under. */
export const ALIASES: Readonly<Record<string, string>> = {
  "create cm": "configmap",
  "create cj": "cronjob",
  "create deploy": "deployment",
  "create ing": "ingress",
  "create ns": "namespace",
  "create pdb": "poddisruptionbudget",
  "create pc": "priorityclass",
  "create resourcequota": "quota",
  "create svc": "service",
  "create sa": "serviceaccount",
  "set sa": "serviceaccount",
  "top nodes": "node",
  "top no": "node",
  "top pods": "pod",
  "top po": "pod",
};
