import type { KubeObject } from "#playground/cluster/state.ts";

/** An object as a manifest has it; its namespace is the case's own. */
export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
};

/** What somebody else does between the run and its rollback, by their own hand. */
export type Hotfix =
  /** A merge patch; `path` has `value` afterwards, and has to have it after the rollback too. */
  | { on: string; merge: object; path: readonly (string | number)[]; value: unknown }
  /** Makes an object of this name anew, with this; it has to be there after the rollback, as it is. */
  | { anew: Manifest };

/** One thing that is taken back. Every line and file has its namespace filled in; a line runs in it. */
export type Case = {
  name: string;
  /** What it is counted under. */
  verb: string;
  seed: readonly Manifest[];
  /** "apply": the seed bears what was applied last. */
  seededBy?: "apply";
  /** Done to the seed before the change: so that there is a revision to go back to, or a switch that is on. */
  first?: readonly string[];
  /** Manifests of the workspace, by name. */
  files?: Readonly<Record<string, readonly Manifest[]>>;
  steps: readonly string[];
  /** Where nothing takes it back by design, what stands has to be told. */
  standing?: true;
  /** On a field that the change changed: it has to stay, and nobody may say "rolled back". */
  same?: Hotfix;
  /** On another field: it has to stay, and all else is as before. */
  other?: Hotfix;
};

/** A case with the seed of one deployment named web, and the two hotfixes most of them have. */
export const OTHER: Hotfix = {
  on: "deployment/web",
  merge: { metadata: { annotations: { oncall: "ben" } } },
  path: ["metadata", "annotations", "oncall"],
  value: "ben",
};

/** A deployment of one pod with all that the cases change. */
export function web(
  change: {
    image?: string;
    replicas?: number;
    env?: object[];
    labels?: object;
    notes?: object;
    more?: object[];
    paused?: true;
  } = {},
): Manifest {
  const { image = "registry.example/web:1", replicas = 1, env = [{ name: "A", value: "1" }] } = change;
  const limits = { memory: "64Mi" };
  const container = { name: "web", image, ...(env.length === 0 ? {} : { env }), resources: { limits } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "web",
      labels: { app: "web", team: "a", ...change.labels },
      annotations: { owner: "ana", ...change.notes },
    },
    spec: {
      replicas,
      ...(change.paused === undefined ? {} : { paused: true }),
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [container, ...(change.more ?? [])] },
      },
    },
  };
}

/** A second deployment, for what reaches two. */
export function api(replicas = 1, image = "registry.example/api:1"): Manifest {
  const whole = web({ replicas });
  return {
    ...whole,
    metadata: { name: "api", labels: { app: "api" } },
    spec: {
      replicas,
      selector: { matchLabels: { app: "api" } },
      template: { metadata: { labels: { app: "api" } }, spec: { containers: [{ name: "api", image }] } },
    },
  };
}

export function map(data: Record<string, string>, name = "settings"): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

export function service(port = 80, app = "web"): Manifest {
  const ports = [{ name: "http", port, protocol: "TCP", targetPort: 8080 }];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web" },
    spec: { selector: { app }, ports, type: "ClusterIP" },
  };
}

export function scaler(maxReplicas = 4): Manifest {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web" },
    spec: {
      minReplicas: 1,
      maxReplicas,
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    },
  };
}

export function cron(schedule = "0 3 * * *", image = "registry.example/job:1"): Manifest {
  const containers = [{ name: "job", image }];
  const template = { spec: { template: { spec: { containers, restartPolicy: "Never" } } } };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "nightly" },
    spec: { schedule, jobTemplate: template },
  };
}

export function budget(minAvailable = 1): Manifest {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web" },
    spec: { minAvailable, selector: { matchLabels: { app: "web" } } },
  };
}

export function ingress(host = "a.example"): Manifest {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const paths = [{ path: "/", pathType: "Prefix", backend }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web" },
    spec: { rules: [{ host, http: { paths } }] },
  };
}

export function network(): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "closed" },
    spec: { podSelector: { matchLabels: { app: "web" } }, policyTypes: ["Ingress"] },
  };
}

export function workload(kind: "StatefulSet" | "DaemonSet", replicas = 1): Manifest {
  const { metadata, spec, ...rest } = api() as Manifest & { spec: object };
  const { replicas: _, ...own } = spec as { replicas: number };
  const name = kind === "StatefulSet" ? "db" : "agent";
  const more = kind === "StatefulSet" ? { replicas, serviceName: "db" } : {};
  return { ...rest, kind, metadata: { ...metadata, name }, spec: { ...own, ...more } };
}

/** An object's value at a path, or undefined. */
export function valueAt(object: KubeObject | null, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    object,
  );
}
