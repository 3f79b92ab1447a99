/** Where a patch may go on, and where it may end: with which values. `[]` is any item of a list, `*` any key. */
export type PatchFields = {
  branches: ReadonlySet<string>;
  leaves: Readonly<Record<string, (value: unknown) => boolean>>;
  /** What a patch of them does, in words. */
  does: string;
};

/** Kinds beside workloads and pods whose patches are read: what `apply` changes at medium risk, a patch may too. */
export type PatchedKind = "configmaps" | "horizontalpodautoscalers" | "cronjobs";

/** What a patch of this kind may set without a person having to look; null: a workload, or a pod as its template. */
export function patchFields(kind: PatchedKind | null): PatchFields {
  return kind === null ? WORKLOADS : OTHERS[kind];
}

const isText = (value: unknown) => typeof value === "string";
const isScalar = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);
const isGone = (value: unknown) => isScalar(value) || value === null;
const isWhole = (value: unknown) =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 10_000;
const isCount = (value: unknown) => isWhole(value) && value !== 0;

const OF_ANY = ["", "/metadata", "/metadata/labels", "/metadata/annotations"];
const MARKS = { "/metadata/labels/*": isGone, "/metadata/annotations/*": isGone };

const CONTAINER = "/spec/template/spec/containers/[]";
const TEMPLATE_BRANCHES = [
  "/spec",
  "/spec/template",
  "/spec/template/metadata",
  "/spec/template/metadata/labels",
  "/spec/template/metadata/annotations",
  "/spec/template/spec",
  "/spec/template/spec/containers",
  CONTAINER,
  `${CONTAINER}/env`,
  `${CONTAINER}/env/[]`,
  `${CONTAINER}/resources`,
  `${CONTAINER}/resources/limits`,
  `${CONTAINER}/resources/requests`,
];
const TEMPLATE = {
  "/spec/template/metadata/labels/*": isGone,
  "/spec/template/metadata/annotations/*": isGone,
  [`${CONTAINER}/name`]: isText,
  [`${CONTAINER}/image`]: isText,
  [`${CONTAINER}/imagePullPolicy`]: isText,
  [`${CONTAINER}/env/[]/name`]: isText,
  [`${CONTAINER}/env/[]/value`]: isScalar,
  [`${CONTAINER}/resources/limits/*`]: isScalar,
  [`${CONTAINER}/resources/requests/*`]: isScalar,
};

const WORKLOADS: PatchFields = {
  branches: new Set([...OF_ANY, ...TEMPLATE_BRANCHES]),
  leaves: {
    ...MARKS,
    ...TEMPLATE,
    "/apiVersion": isText,
    "/kind": isText,
    "/metadata/name": isText,
    "/spec/replicas": isCount,
  },
  does: "its patch changes how the workload runs",
};

const OTHERS: Readonly<Record<PatchedKind, PatchFields>> = {
  configmaps: {
    branches: new Set([...OF_ANY, "/data"]),
    // null takes one key away; all of data at once is a branch, and no value of it fits.
    leaves: { ...MARKS, "/data/*": (value) => isText(value) || value === null },
    does: "its patch changes what the config map holds",
  },
  horizontalpodautoscalers: {
    branches: new Set([...OF_ANY, "/spec"]),
    leaves: {
      ...MARKS,
      "/spec/minReplicas": isCount,
      "/spec/maxReplicas": isCount,
      "/spec/targetCPUUtilizationPercentage": isCount,
    },
    does: "its patch changes how many replicas run",
  },
  cronjobs: {
    branches: new Set([...OF_ANY, ...TEMPLATE_BRANCHES, "/spec/jobTemplate", "/spec/jobTemplate/spec"]),
    leaves: {
      ...MARKS,
      ...TEMPLATE,
      "/spec/schedule": isText,
      "/spec/timeZone": isText,
      "/spec/suspend": (value) => typeof value === "boolean",
      "/spec/concurrencyPolicy": isText,
      "/spec/startingDeadlineSeconds": isCount,
      "/spec/successfulJobsHistoryLimit": isWhole,
      "/spec/failedJobsHistoryLimit": isWhole,
    },
    does: "its patch changes when or how the cron job runs",
  },
};

/** The path by which a pod's template is read, wherever its kind holds it. */
export function templatePath(path: string): string {
  return path
    .replace(/^\/spec\/containers(?=\/|$)/, "/spec/template/spec/containers")
    .replace(/^\/spec\/jobTemplate\/spec\/template(?=\/|$)/, "/spec/template");
}
