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
};
type Revision = { revision: number; hash: string; template: Template; createdAt: number };

/** A deployment with its revisions and pods: the only object that moves by itself. */
export type Deployment = {
  object: KubeObject & { spec: DeploymentSpec };
  revisions: Revision[];
  pods: PodPlan[];
  changedAt: number;
  /** What the server says of the pods that it does not let the replica set make. */
  refusal?: string;
};

/** The whole cluster, as it lies in the file. */
export type State = {
  version: 1;
  resourceVersion: number;
  namespaces: KubeObject[];
  deployments: Deployment[];
  others: KubeObject[];
};
