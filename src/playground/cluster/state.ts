import type { Stories } from "./stories/story.ts";

/** Any object as the Kubernetes API has it; only what the stand-in reads is typed. */
export type KubeObject = {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
  [field: string]: unknown;
};
export type Metadata = {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** While there are any, a deleted object stays. */
  finalizers?: string[];
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  managedFields?: ManagedEntry[];
  /** Who makes it again. */
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller: boolean }[];
};

/** What one writer wrote last of an object, as the API server books it. */
export type ManagedEntry = {
  manager: string;
  operation: "Update" | "Apply";
  apiVersion: string;
  time: string;
  fieldsType: string;
  fieldsV1: FieldSet;
  subresource?: string;
};
type FieldSet = { [key: string]: FieldSet };

export type Container = { name: string; image: string; [field: string]: unknown };
export type Template = {
  metadata: Partial<Metadata>;
  spec: { containers: Container[]; [field: string]: unknown };
};
export type DeploymentSpec = {
  replicas: number;
  selector: { matchLabels: Record<string, string> };
  template: Template;
  paused?: boolean;
  [field: string]: unknown;
};

/** One pod's life as planned when it was scheduled, in milliseconds of the clock; what is seen of it depends on now. */
export type PodPlan = {
  name: string;
  revision: number;
  hash: string;
  template: Template;
  bornAt: number;
  readyAt: number | null;
  goneAt: number | null;
  trouble: string | null;
  /** What its state or its event says of its trouble. */
  says?: string;
  /** Since when it has its trouble, where it did not have it from the beginning. */
  since?: number;
  /** It comes up by itself once what keeps it is gone. */
  mends?: true;
  /** What had become of its container before it came up again. */
  before?: { restarts: number; end: End };
};
/** How a container ended. */
export type End = { at: number; exitCode: number; reason: "Error" | "OOMKilled" };
type Revision = { revision: number; hash: string; template: Template; createdAt: number };

/** A deployment with its revisions and pods: the only object that moves by itself. */
export type Deployment = {
  object: KubeObject & { spec: DeploymentSpec };
  revisions: Revision[];
  pods: PodPlan[];
  changedAt: number;
  /** An autoscaler writes this count at this moment, because the count stands outside its bounds. */
  takenBack?: { at: number; replicas: number; by: string };
  /** What the server says of the pods that it does not let the replica set make. */
  refusal?: string;
};

/** What a controller, or a story, told of an object. */
export type Happened = {
  kind: string;
  namespace: string;
  name: string;
  type: "Normal" | "Warning";
  reason: string;
  message: string;
  at: number;
};

/** The whole cluster, as it lies in the file. */
export type State = {
  version: 1;
  resourceVersion: number;
  namespaces: KubeObject[];
  deployments: Deployment[];
  others: KubeObject[];
  stories?: Stories;
  /** What was told of objects, the oldest first. */
  events?: Happened[];
};
