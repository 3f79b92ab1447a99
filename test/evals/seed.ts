import { z } from "zod";
import { Check, Ref } from "./check.ts";

const Fields = z.record(z.string(), z.unknown());
const Words = z.record(z.string(), z.string());

/** What a template had before: only what differs from now. */
const Earlier = z.strictObject({
  tag: z.string().optional(),
  env: Words.optional(),
  container: Fields.optional(),
  pod: Fields.optional(),
});

/** A deployment in short, with one container that bears its name, and a service of the same name before it. */
const Workload = z.strictObject({
  replicas: z.int().min(0).default(1),
  /** Of the image `registry.example/NAME`. */
  tag: z.string(),
  /** The revisions before this one, the oldest first. */
  was: z.array(Earlier).default([]),
  env: Words.default({}),
  /** More fields of the container and of its pods, as a manifest has them. */
  container: Fields.default({}),
  pod: Fields.default({}),
  labels: Words.default({}),
  annotations: Words.default({}),
  paused: z.literal(true).optional(),
  service: z.boolean().default(true),
});
export type Workload = z.infer<typeof Workload>;

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
export type Manifest = z.infer<typeof Manifest>;

/** Why the pods of a deployment do not come up, or die, for as long as all of `while` holds. */
const Trouble = z.strictObject({
  of: Ref,
  is: z.enum(["CrashLoopBackOff", "CreateContainerConfigError", "ImagePullBackOff", "OOMKilled", "Unready"]),
  while: z.array(Check).min(1),
  /** What the pod's state or event says of it. */
  message: z.string().optional(),
});

/** What the containers of a deployment's pods print; `previous`: the one that died last. */
const Log = z.strictObject({
  of: Ref,
  previous: z.literal(true).optional(),
  lines: z.array(z.string()).min(1),
});

const SeededEvent = z.strictObject({
  of: Ref,
  type: z.enum(["Normal", "Warning"]).default("Warning"),
  reason: z.string(),
  message: z.string(),
});

/** A change that Greenlight itself made before. */
const EarlierChange = z.strictObject({
  by: z.enum(["ana", "ben", "cleo"]),
  request: z.string(),
  commands: z.array(z.string()).min(1),
  hoursAgo: z.number().positive(),
});

/**
 * What stands before the request. `first`: the playground's first cluster and workspace, laid over with the rest; `bare`:
 * the namespaces production and staging with nothing in them, one node, and an empty workspace.
 */
export const Seed = z.strictObject({
  begins: z.enum(["first", "bare"]).default("first"),
  namespaces: z.array(z.string()).default([]),
  /** By namespace and name. */
  deployments: z.record(z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/), Workload).default({}),
  objects: z.array(Manifest).default([]),
  /** Merge patches of what the cluster begins with. */
  patches: z.record(Ref, Fields).default({}),
  gone: z.array(Ref).default([]),
  troubles: z.array(Trouble).default([]),
  logs: z.array(Log).default([]),
  events: z.array(SeededEvent).default([]),
  changes: z.array(EarlierChange).default([]),
  /** Files of the workspace by their path. */
  files: Words.default({}),
  /** Terraform roots that were applied with these variables. */
  applied: z.array(z.strictObject({ root: z.string(), vars: Words.default({}) })).default([]),
});
export type Seed = z.infer<typeof Seed>;
