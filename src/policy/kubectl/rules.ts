import type { Risk } from "#change/plan.ts";
import type { Shown } from "#change/preview.ts";
import {
  checkApply,
  checkAutoscale,
  checkContainers,
  checkCreate,
  checkCreateFrom,
  checkEnv,
  checkList,
  checkPatch,
  checkScale,
} from "./checks.ts";
import { checkFromFiles } from "./config-files.ts";
import { checkConfigView } from "./config-view.ts";
import type { KubectlLine } from "./line.ts";
import { checkDescribe, checkGet, checkKustomize, checkLastApplied, checkWait } from "./read-checks.ts";
import { answersFor } from "./seen.ts";
import type { Check } from "./subject.ts";

/**
 * One verb as the list knows it: its risk and why. `targets`: which kinds it may change at that risk (others are high);
 * `needs`: what must stand there; `unlessSeen`: which looks would answer its risk.
 */
export type Rule = {
  risk: Risk;
  reason: string;
  targets?: "workload" | "plain";
  needs?: "target" | "manifest";
  check?: Check;
  unlessSeen?: (line: KubectlLine) => Shown[];
};

const reads = (reason: string, more: Partial<Rule> = {}): Rule => ({ risk: "low", reason, ...more });
const changes = (reason: string, more: Partial<Rule> = {}): Rule => ({ risk: "medium", reason, ...more });
const endangers = (reason: string, more: Partial<Rule> = {}): Rule => ({ risk: "high", reason, ...more });
const onWorkloads = { targets: "workload", needs: "target" } as const;
const onPlain = { targets: "plain", needs: "target" } as const;

/** Every verb that may run. What is missing here is refused. */
export const RULES: Readonly<Record<string, Rule>> = {
  annotate: changes("changes annotations", { ...onPlain, check: checkList }),
  "api-resources": reads("reads"),
  "api-versions": reads("reads"),
  apply: changes("applies a manifest", { needs: "manifest", check: checkApply }),
  "apply set-last-applied": changes("changes a note on an object", { needs: "manifest", check: checkApply }),
  "apply view-last-applied": reads("reads", { needs: "target", check: checkLastApplied }),
  "auth can-i": reads("asks what is allowed"),
  "auth reconcile": endangers("changes who may do what", { needs: "manifest" }),
  "auth whoami": reads("asks who it is"),
  autoscale: changes("changes how many replicas run", { ...onWorkloads, check: checkAutoscale }),
  "certificate approve": endangers("hands out an identity"),
  "certificate deny": endangers("decides about an identity"),
  "cluster-info": reads("reads"),
  "config current-context": reads("reads"),
  "config get-clusters": reads("reads"),
  "config get-contexts": reads("reads"),
  "config get-users": reads("reads"),
  "config view": reads("reads", { check: checkConfigView }),
  cordon: endangers("takes a node out of use"),
  create: changes("creates what a manifest holds", { needs: "manifest", check: checkApply }),
  "create clusterrole": endangers("changes who may do what"),
  "create clusterrolebinding": endangers("changes who may do what"),
  "create configmap": changes("creates a config map", { check: checkFromFiles }),
  "create cronjob": changes("creates a cron job", { check: checkCreate }),
  "create deployment": changes("creates a deployment", { check: checkCreate }),
  "create ingress": endangers("changes networking"),
  "create job": changes("creates a job", { check: checkCreateFrom }),
  "create namespace": endangers("creates a namespace"),
  "create poddisruptionbudget": endangers("changes what may be evicted"),
  "create priorityclass": endangers("changes who goes first on nodes"),
  "create quota": endangers("changes what a namespace may use"),
  "create role": endangers("changes who may do what"),
  "create rolebinding": endangers("changes who may do what"),
  "create secret docker-registry": endangers("creates a secret", { check: checkFromFiles }),
  "create secret generic": endangers("creates a secret", { check: checkFromFiles }),
  "create secret tls": endangers("creates a secret"),
  "create service clusterip": endangers("changes networking"),
  "create service externalname": endangers("changes networking"),
  "create service loadbalancer": endangers("changes networking"),
  "create service nodeport": endangers("changes networking"),
  "create serviceaccount": endangers("creates an identity"),
  delete: endangers("deletes", { needs: "target", unlessSeen: answersFor }),
  describe: reads("reads", { needs: "target", check: checkDescribe }),
  diff: reads("compares", { needs: "manifest" }),
  drain: endangers("evicts what runs on a node"),
  events: reads("reads"),
  explain: reads("reads"),
  expose: endangers("changes networking", { needs: "target" }),
  get: reads("reads", { needs: "target", check: checkGet }),
  kustomize: reads("builds manifests", { check: checkKustomize }),
  label: changes("changes labels", { ...onPlain, check: checkList }),
  logs: reads("reads logs"),
  patch: changes("patches", { ...onWorkloads, check: checkPatch }),
  replace: endangers("replaces whole objects", { needs: "manifest" }),
  "rollout history": reads("reads", { needs: "target" }),
  "rollout pause": changes("stops a rollout", onWorkloads),
  "rollout restart": changes("restarts a running service", onWorkloads),
  "rollout resume": changes("goes on with a rollout", onWorkloads),
  "rollout status": reads("waits for a rollout", { needs: "target" }),
  "rollout undo": changes("goes back to an earlier revision", onWorkloads),
  run: endangers("runs a pod by itself", { check: checkCreate }),
  scale: changes("changes how many replicas run", { ...onWorkloads, check: checkScale }),
  "set env": changes("changes the environment of a running service", { ...onPlain, check: checkEnv }),
  "set image": changes("changes the image that runs", { ...onPlain, check: checkContainers }),
  "set resources": changes("changes what a running service may use", onPlain),
  "set selector": endangers("changes networking", { needs: "target" }),
  "set serviceaccount": endangers("changes as whom a service runs", { needs: "target" }),
  "set subject": endangers("changes who may do what", { needs: "target" }),
  taint: endangers("changes what may run on a node"),
  "top node": reads("reads"),
  "top pod": reads("reads"),
  uncordon: endangers("puts a node into use", { unlessSeen: answersFor }),
  version: reads("reads"),
  wait: reads("waits", { needs: "target", check: checkWait }),
};
