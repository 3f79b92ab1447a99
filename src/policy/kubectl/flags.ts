/**
 * How a verb's words are read. `resources`: TYPE NAME…, TYPE/NAME…. `pairs`: those, then KEY=VALUE or KEY-. `account`: those,
 * then one name. `names`: names of one kind. `new`: the name of what is made. `log`: POD or TYPE/NAME, then a container.
 * `words`: taken as they stand. `none`: none may stand there.
 */
export type Operands = "resources" | "pairs" | "account" | "names" | "new" | "log" | "words" | "none";

/** One verb of kubectl: how its words are read, of which kind (where the verb says so), and its flags (see `flagTable`). */
export type VerbShape = { operands: Operands; kind?: string; flags: string };

const PRINT = "allow-missing-template-keys? o|output= show-managed-fields? template=";
const FILES = "f|filename* k|kustomize= R|recursive?";
const MAKE = `${PRINT} dry-run~ field-manager= save-config? validate~`;
const SET = `${PRINT} ${FILES} all? dry-run~ field-manager= local? record?`;
const ROLLOUT = `${PRINT} ${FILES} l|selector=`;
const PAIRS = `${SET} A|all-namespaces? field-selector= list? overwrite? resource-version= l|selector=`;

const making = (kind: string, flags: string): VerbShape => ({
  operands: "new",
  kind,
  flags: `${MAKE} ${flags}`,
});

/**
 * What every verb takes. Those that say where or as whom a command runs, and those that write files, are left out:
 * what is not here is refused.
 */
export const GLOBAL_FLAGS =
  "n|namespace= context= request-timeout= v|v= disable-compression? match-server-version? warnings-as-errors?";

/**
 * Every verb that may be judged further, with the flags kubectl 1.32 takes there. Taken from `kubectl VERB --help`, with
 * the hidden `--record`. `?` is a switch, `=` takes a value, `*` takes one each time, `~` takes one only after `=`.
 */
export const VERBS: Readonly<Record<string, VerbShape>> = {
  annotate: { operands: "pairs", flags: PAIRS },
  "api-resources": {
    operands: "none",
    flags: "api-group= cached? categories* namespaced? no-headers? o|output= sort-by= verbs*",
  },
  "api-versions": { operands: "none", flags: "" },
  apply: {
    operands: "none",
    flags: `${PRINT} ${FILES} all? cascade~ dry-run~ field-manager= force? force-conflicts? grace-period= openapi-patch? overwrite? prune? prune-allowlist* record? l|selector= server-side? subresource= timeout= validate~ wait?`,
  },
  "apply set-last-applied": {
    operands: "none",
    flags: `${PRINT} create-annotation? dry-run~ f|filename*`,
  },
  "apply view-last-applied": { operands: "resources", flags: `${FILES} all? o|output= l|selector=` },
  "auth can-i": { operands: "words", flags: "A|all-namespaces? list? no-headers? q|quiet? subresource=" },
  "auth reconcile": {
    operands: "none",
    flags: `${PRINT} ${FILES} dry-run~ remove-extra-permissions? remove-extra-subjects?`,
  },
  "auth whoami": { operands: "none", flags: PRINT },
  autoscale: {
    operands: "resources",
    flags: `${PRINT} ${FILES} cpu-percent= dry-run~ field-manager= max= min= name= record? save-config?`,
  },
  "certificate approve": {
    operands: "names",
    kind: "certificatesigningrequests",
    flags: `${PRINT} ${FILES} force?`,
  },
  "certificate deny": {
    operands: "names",
    kind: "certificatesigningrequests",
    flags: `${PRINT} ${FILES} force?`,
  },
  "cluster-info": { operands: "none", flags: "" },
  "config current-context": { operands: "none", flags: "" },
  "config get-clusters": { operands: "none", flags: "" },
  "config get-contexts": { operands: "words", flags: "no-headers? o|output=" },
  "config get-users": { operands: "none", flags: "" },
  "config view": { operands: "none", flags: `${PRINT} flatten? merge? minify? raw?` },
  cordon: { operands: "names", kind: "nodes", flags: "dry-run~ l|selector=" },
  create: {
    operands: "none",
    flags: `${MAKE} ${FILES} edit? record? l|selector= windows-line-endings?`,
  },
  "create clusterrole": making(
    "clusterroles",
    "aggregation-rule= non-resource-url* resource* resource-name* verb*",
  ),
  "create clusterrolebinding": making("clusterrolebindings", "clusterrole= group* serviceaccount* user*"),
  "create configmap": making("configmaps", "append-hash? from-env-file* from-file* from-literal*"),
  "create cronjob": making("cronjobs", "image= restart= schedule="),
  "create deployment": making("deployments", "image* port= r|replicas="),
  "create ingress": making("ingresses", "annotation* class= default-backend= rule*"),
  "create job": making("jobs", "from= image="),
  "create namespace": making("namespaces", ""),
  "create poddisruptionbudget": making("poddisruptionbudgets", "max-unavailable= min-available= selector="),
  "create priorityclass": making("priorityclasses", "description= global-default? preemption-policy= value="),
  "create quota": making("resourcequotas", "hard= scopes="),
  "create role": making("roles", "resource* resource-name* verb*"),
  "create rolebinding": making("rolebindings", "clusterrole= group* role= serviceaccount* user*"),
  "create secret docker-registry": making(
    "secrets",
    "append-hash? docker-email= docker-password= docker-server= docker-username= from-file*",
  ),
  "create secret generic": making("secrets", "append-hash? from-env-file* from-file* from-literal* type="),
  "create secret tls": making("secrets", "append-hash? cert= key="),
  "create service clusterip": making("services", "clusterip= tcp*"),
  "create service externalname": making("services", "external-name= tcp*"),
  "create service loadbalancer": making("services", "tcp*"),
  "create service nodeport": making("services", "node-port= tcp*"),
  "create serviceaccount": making("serviceaccounts", ""),
  delete: {
    operands: "resources",
    flags: `${FILES} all? A|all-namespaces? cascade~ dry-run~ field-selector= force? grace-period= ignore-not-found? i|interactive? now? o|output= l|selector= timeout= wait?`,
  },
  describe: {
    operands: "resources",
    flags: `${FILES} A|all-namespaces? chunk-size= l|selector= show-events?`,
  },
  diff: {
    operands: "none",
    flags: `${FILES} concurrency= field-manager= force-conflicts? prune? prune-allowlist* l|selector= server-side? show-managed-fields?`,
  },
  drain: {
    operands: "names",
    kind: "nodes",
    flags:
      "chunk-size= delete-emptydir-data? disable-eviction? dry-run~ force? grace-period= ignore-daemonsets? pod-selector= l|selector= skip-wait-for-delete-timeout= timeout=",
  },
  events: {
    operands: "none",
    flags: `${PRINT} A|all-namespaces? chunk-size= for= no-headers? types* w|watch?`,
  },
  explain: { operands: "words", flags: "api-version= o|output= recursive?" },
  expose: {
    operands: "resources",
    flags: `${MAKE} ${FILES} cluster-ip= external-ip= l|labels= load-balancer-ip= name= override-type= overrides= port= protocol= record? selector= session-affinity= target-port= type=`,
  },
  get: {
    operands: "resources",
    flags: `${PRINT} ${FILES} A|all-namespaces? chunk-size= field-selector= ignore-not-found? L|label-columns* no-headers? output-watch-events? l|selector= server-print? show-kind? show-labels? sort-by= subresource= w|watch? watch-only?`,
  },
  kustomize: { operands: "words", flags: "" },
  label: { operands: "pairs", flags: PAIRS },
  logs: {
    operands: "log",
    flags:
      "all-containers? all-pods? c|container= f|follow? ignore-errors? limit-bytes= max-log-requests= pod-running-timeout= prefix? p|previous? l|selector= since= since-time= tail= timestamps?",
  },
  patch: {
    operands: "resources",
    flags: `${PRINT} ${FILES} dry-run~ field-manager= local? p|patch= patch-file= record? subresource= type=`,
  },
  replace: {
    operands: "none",
    flags: `${MAKE} ${FILES} cascade~ force? grace-period= subresource= timeout= wait?`,
  },
  "rollout history": { operands: "resources", flags: `${ROLLOUT} revision=` },
  "rollout pause": { operands: "resources", flags: `${ROLLOUT} field-manager=` },
  "rollout restart": { operands: "resources", flags: `${ROLLOUT} field-manager=` },
  "rollout resume": { operands: "resources", flags: `${ROLLOUT} field-manager=` },
  "rollout status": { operands: "resources", flags: `${FILES} revision= l|selector= timeout= w|watch?` },
  "rollout undo": { operands: "resources", flags: `${ROLLOUT} dry-run~ to-revision=` },
  run: {
    operands: "new",
    kind: "pods",
    flags: `${PRINT} annotations* attach? cascade~ command? dry-run~ env* expose? field-manager= force? grace-period= image= image-pull-policy= l|labels= leave-stdin-open? override-type= overrides= pod-running-timeout= port= privileged? q|quiet? record? restart= rm? save-config? i|stdin? timeout= t|tty? wait?`,
  },
  scale: {
    operands: "resources",
    flags: `${PRINT} ${FILES} all? current-replicas= dry-run~ record? replicas= resource-version= l|selector= timeout=`,
  },
  "set env": {
    operands: "pairs",
    flags: `${PRINT} ${FILES} all? c|containers= dry-run~ e|env* field-manager= from= keys* list? local? overwrite? prefix= resolve? l|selector=`,
  },
  "set image": { operands: "pairs", flags: `${SET} l|selector=` },
  "set resources": { operands: "resources", flags: `${SET} c|containers= limits= requests= l|selector=` },
  "set selector": { operands: "pairs", flags: `${SET} resource-version=` },
  "set serviceaccount": { operands: "account", flags: SET },
  "set subject": { operands: "resources", flags: `${SET} group* l|selector= serviceaccount* user*` },
  taint: {
    operands: "pairs",
    flags: `${PRINT} all? dry-run~ field-manager= overwrite? l|selector= validate~`,
  },
  "top node": {
    operands: "names",
    kind: "nodes",
    flags: "no-headers? l|selector= show-capacity? sort-by= use-protocol-buffers?",
  },
  "top pod": {
    operands: "names",
    kind: "pods",
    flags:
      "A|all-namespaces? containers? field-selector= no-headers? l|selector= sort-by= sum? use-protocol-buffers?",
  },
  uncordon: { operands: "names", kind: "nodes", flags: "dry-run~ l|selector=" },
  version: { operands: "none", flags: "client? o|output=" },
  wait: {
    operands: "resources",
    flags: `${PRINT} all? A|all-namespaces? field-selector= f|filename* for= local? R|recursive? l|selector= timeout=`,
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
