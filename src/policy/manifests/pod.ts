import type { Finding } from "#policy/finding.ts";
import { high } from "#policy/finding.ts";
import { type Fields, fieldsOf } from "./yaml.ts";

/** What a field may hold without a person having to look; `any` is whatever there is. */
type Fit = "any" | Test;
type Test = (value: unknown) => boolean;

const no: Test = (value) => value === false;
const yes: Test = (value) => value === true;
const oneOf =
  (...values: unknown[]): Test =>
  (value) =>
    values.includes(value);
const notRoot: Test = (value) => typeof value === "number" && value > 0;
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const fieldsIn =
  (allowed: Readonly<Record<string, Fit>>): Test =>
  (value) => {
    const fields = fieldsOf(value);
    return fields !== null && Object.entries(fields).every(([key, held]) => fits(allowed, key, held));
  };
const any = (...names: string[]): Record<string, Fit> =>
  Object.fromEntries(names.map((name) => [name, "any"]));

const SECCOMP = fieldsIn({ type: oneOf("RuntimeDefault", "Localhost"), localhostProfile: "any" });

/** What a pod may say of its own security: only what makes it tighter, or who owns its files. */
const POD_SECURITY = fieldsIn({
  ...any("fsGroup", "fsGroupChangePolicy", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy"),
  runAsNonRoot: yes,
  runAsUser: notRoot,
  seccompProfile: SECCOMP,
});

const CONTAINER_SECURITY = fieldsIn({
  ...any("readOnlyRootFilesystem", "runAsGroup"),
  runAsNonRoot: yes,
  runAsUser: notRoot,
  seccompProfile: SECCOMP,
  privileged: no,
  allowPrivilegeEscalation: no,
  procMount: oneOf("Default"),
  capabilities: fieldsIn({ drop: "any" }),
});

const CONTAINER: Readonly<Record<string, Fit>> = {
  ...any("name", "image", "imagePullPolicy", "command", "args", "workingDir", "env", "envFrom", "resources"),
  ...any("livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "stdin", "tty", "restartPolicy"),
  ...any("terminationMessagePath", "terminationMessagePolicy", "resizePolicy"),
  ports: listOf(fieldsIn(any("name", "containerPort", "protocol"))),
  volumeMounts: listOf(
    fieldsIn({
      ...any("name", "mountPath", "subPath", "readOnly", "recursiveReadOnly"),
      mountPropagation: oneOf("None", "HostToContainer"),
    }),
  ),
  securityContext: CONTAINER_SECURITY,
};

const VOLUME = fieldsIn({
  ...any("name", "configMap", "secret", "emptyDir", "projected", "downwardAPI", "persistentVolumeClaim"),
});

const CONTROL_PLANE = /^node-role\.kubernetes\.io\/|^node\.kubernetes\.io\//;

/** A toleration of everything, or of the control plane, puts a pod where only the cluster's own belong. */
const TOLERATION: Test = (item) => {
  const key = fieldsOf(item)?.["key"];
  return typeof key === "string" && !CONTROL_PLANE.test(key);
};

const POD: Readonly<Record<string, Fit>> = {
  ...any(
    "restartPolicy",
    "terminationGracePeriodSeconds",
    "activeDeadlineSeconds",
    "affinity",
    "nodeSelector",
  ),
  ...any(
    "topologySpreadConstraints",
    "imagePullSecrets",
    "automountServiceAccountToken",
    "enableServiceLinks",
  ),
  ...any("hostname", "subdomain", "setHostnameAsFQDN", "readinessGates", "preemptionPolicy", "containers"),
  ...any("initContainers"),
  dnsPolicy: oneOf("ClusterFirst", "Default"),
  hostNetwork: no,
  hostPID: no,
  hostIPC: no,
  hostUsers: "any",
  shareProcessNamespace: no,
  serviceAccountName: oneOf("default"),
  serviceAccount: oneOf("default"),
  schedulerName: oneOf("default-scheduler"),
  priorityClassName: (value) => typeof value === "string" && !value.startsWith("system-"),
  securityContext: POD_SECURITY,
  tolerations: listOf(TOLERATION),
  volumes: listOf(VOLUME),
};

/** What a pod's spec holds that a person has to look at: privileges, the host, identities, odd volumes, and any field not on the list. */
export function judgePodSpec(spec: unknown): Finding[] {
  const fields = fieldsOf(spec);
  if (fields === null) return [high("its pod is no mapping")];
  const findings = strange(fields, POD, "its pod");
  for (const key of ["containers", "initContainers"]) {
    const containers = fields[key] ?? [];
    if (!Array.isArray(containers)) return [...findings, high(`its pod's ${key} are no list`)];
    for (const container of containers) {
      const held = fieldsOf(container);
      if (held === null) findings.push(high("a container is no mapping"));
      else findings.push(...strange(held, CONTAINER, `the container ${JSON.stringify(held["name"] ?? "")}`));
    }
  }
  return findings;
}

function strange(fields: Fields, allowed: Readonly<Record<string, Fit>>, what: string): Finding[] {
  return Object.entries(fields)
    .filter(([key, value]) => !fits(allowed, key, value))
    .map(([key]) => high(`${what} has ${key} that a person has to look at`));
}

function fits(allowed: Readonly<Record<string, Fit>>, key: string, value: unknown): boolean {
  const fit = Object.hasOwn(allowed, key) ? allowed[key] : undefined;
  return fit === "any" || fit?.(value) === true;
}
