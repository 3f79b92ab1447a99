import type { Condition } from "./conditions.ts";

/** Why the pods of a deployment do not come up, or die, for as long as all of `while` holds. */
export type Trouble = {
  /** The deployment, `production/deployment/web`. */
  of: string;
  is: "CrashLoopBackOff" | "CreateContainerConfigError" | "ImagePullBackOff" | "OOMKilled" | "Unready";
  while: Condition[];
  /** What the pod's state or event says of it. */
  message?: string;
};

/** What the containers of a deployment's pods print; `previous`: the one that died last. */
export type Log = { of: string; previous?: true; lines: string[] };

/** What befalls the cluster beyond its objects. It stands in none of them, so that nobody reads the answer off an annotation. */
export type Stories = { troubles: Trouble[]; logs: Log[] };
