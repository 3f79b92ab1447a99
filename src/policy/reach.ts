import type { Destroyed } from "#change/approval.ts";
import { kindOf } from "#policy/manifests/kinds.ts";

/** One thing with the name that stands for it, and how much goes with it. */
export type Gone = Omit<Destroyed, "step"> & { name: string; reach: number };

/** How much goes with what is taken away; more is wider. Between two whole numbers lies how many go at once. */
export const REACH = { namespace: 6, cluster: 5, data: 4, workload: 3, other: 2, pod: 1 } as const;

/** Kinds that hold what cannot be made again from their definition. */
const DATA = new Set(["persistentvolumes", "persistentvolumeclaims", "statefulsets"]);

/**
 * How far deleting one object of this kind reaches: a namespace takes all that is in it, a definition all its objects, what
 * lives outside namespaces is everybody's. A kind of others counts as one that holds data, because nothing here can tell.
 */
export function reachOfKind(word: string): number {
  const kind = kindOf(word);
  if (kind === null) return REACH.data;
  if (kind.name === "namespaces") return REACH.namespace;
  if (kind.name === "customresourcedefinitions") return REACH.cluster + 0.5;
  if (DATA.has(kind.name)) return REACH.data;
  if (kind.cluster) return REACH.cluster;
  if (kind.nature === "workload") return REACH.workload;
  return kind.name === "pods" || kind.name === "events" ? REACH.pod : REACH.other;
}

/** In terraform's addresses: what others live in, and what holds data. */
const HOLDS_OTHERS =
  /(?:^|_)(?:project|account|folder|resource_group|vpc|virtual_network|network|cluster|zone|namespace)$/;
const HOLDS_DATA =
  /(?:^|_)(?:db|database|sql|rds|dynamodb|redis|cache|bucket|disk|volume|storage|file_system|filesystem|kms|vault|secret|table|key)(?:_|$)/;

/** How far destroying one resource of terraform reaches, one of `many` in its step; the type is the word before the last name. */
export function reachOfAddress(address: string, many: number): number {
  const words = address.replaceAll(/\[[^\]]*\]/g, "").split(".");
  const type = words.at(-2) ?? "";
  const own = HOLDS_OTHERS.test(type) ? 0.6 : HOLDS_DATA.test(type) ? 0.3 : 0;
  return REACH.data + own + Math.min(many, 99) / 1_000;
}
