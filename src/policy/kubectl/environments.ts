import { contextsOf, type Policy } from "#policy/document.ts";
import { kindOf } from "#policy/manifests/kinds.ts";
import type { ManifestObject } from "#policy/manifests/manifest.ts";
import type { KubectlLine } from "./line.ts";

/** Where a command acts, as far as its words and manifests say. */
export type TouchedEnvironments = {
  /** The one environment it acts in; null when the policy names none, or it cannot be told, or two disagree. */
  environment: string | null;
  /** Where `environment` is null: those it lies in at least, by its context or by one of its namespaces. */
  beside: string[];
  /** Every environment it may touch: what each of them forbids or raises holds. */
  touches: string[];
  /** A protected namespace it may touch, or null. */
  protectedNamespace: string | null;
  /** Why it cannot be meant as it stands, or null: its context is one environment's and its namespace another's. */
  contradiction: string | null;
};

/** A namespace's name; null is one that is not said. */
type Spot = string | null;

/** Finds the environments of a command. `reads` is whether it only reads, so that no namespace needs protection from it. */
export function environmentsOf(
  line: KubectlLine,
  objects: readonly ManifestObject[],
  reads: boolean,
  policy: Policy,
): TouchedEnvironments {
  const spots = spotsOf(line, objects, reads);
  const contexts = line.context === null ? [] : namesWhere(policy, (each) => isContextOf(each, line.context));
  const touched = new Set<string>();
  const found = new Set<string | null>();
  let contradiction: string | null = null;
  const mayBeOthers = !reads && leavesOpen(line, objects) && namesWhere(policy, isByNamespace).length > 0;
  for (const spot of spots) {
    const one = candidates(spot, contexts, line.context, policy);
    for (const name of one.touches) touched.add(name);
    found.add(spot === null && mayBeOthers ? null : one.environment);
    contradiction ??= one.contradiction ?? null;
  }
  const environment = only([...found]);
  const sure = [...new Set([...found, ...contexts])].filter((name) => name !== null);
  return {
    environment,
    beside: environment === null ? sure : [],
    touches: [...touched],
    protectedNamespace: reads ? null : protectedOf(line, spots, policy),
    contradiction,
  };
}

/** The namespaces a command acts in, null for one that is not said: what -n says, what manifests say, and namespaces that are themselves the target. */
export function spotsOf(line: KubectlLine, objects: readonly ManifestObject[], reads: boolean): Spot[] {
  if (line.allNamespaces) return [null];
  const spots = new Set<Spot>(objects.map((object) => spotOfObject(object, line)));
  // kubectl itself refuses a manifest that says another namespace than -n; it is no environment's in the meantime.
  if (line.namespace !== null && objects.some(({ namespace }) => namespace !== null))
    spots.add(line.namespace);
  for (const { kind, name } of line.resources) {
    const isCluster = kindOf(kind)?.cluster === true;
    if (kind === "namespaces" && name !== null) spots.add(name);
    // A node or a role of the cluster is in no namespace, whatever -n says.
    else spots.add(isCluster && !reads ? null : line.namespace);
  }
  return spots.size === 0 ? [line.namespace] : [...spots];
}

/** Whether it changes something in a namespace that only the kubeconfig says: that may be one of an environment known by its namespaces in any context. */
function leavesOpen(line: KubectlLine, objects: readonly ManifestObject[]): boolean {
  if (line.namespace !== null || line.allNamespaces) return false;
  const isInSome = line.resources.some(({ kind }) => kindOf(kind)?.cluster !== true);
  return isInSome || objects.some(({ known, namespace }) => known?.cluster !== true && namespace === null);
}

function isByNamespace(environment: Environment): boolean {
  return !hasContext(environment) && environment.namespaces.length > 0;
}

function spotOfObject({ known, namespace, name }: ManifestObject, line: KubectlLine): Spot {
  if (known?.name === "namespaces") return name;
  return known?.cluster === true ? null : (namespace ?? line.namespace);
}

type Candidates = { environment: string | null; touches: string[]; contradiction?: string | null };

function candidates(spot: Spot, byContext: string[], context: string | null, policy: Policy): Candidates {
  if (spot === null) {
    if (context === null) return { environment: null, touches: Object.keys(policy.environments) };
    const open = namesWhere(policy, (each) => !hasContext(each));
    return { environment: only(byContext), touches: [...byContext, ...open] };
  }
  const bySpot = namesWhere(policy, (each) => each.namespaces.includes(spot));
  const open = bySpot.filter((name) => !hasContext(policy.environments[name]));
  if (context === null) {
    // An environment known by its context alone may be the one kubectl stands in.
    const hidden = namesWhere(policy, (each) => each.namespaces.length === 0 && hasContext(each));
    // One with contexts is never known by its namespace: another cluster may have a namespace of that name (seen in
    // production, unasked).
    return {
      environment: open.length === bySpot.length ? only(bySpot) : null,
      touches: [...bySpot, ...hidden],
    };
  }
  const both = bySpot.filter((name) => byContext.includes(name));
  const touches = both.length > 0 ? both : [...new Set([...bySpot, ...byContext])];
  if (bySpot.length === 0) return { environment: only(byContext), touches };
  if (both.length > 0) return { environment: only(both), touches };
  // A namespace of an environment that has contexts of its own, in a context that is not one of them, is another cluster's.
  if (byContext.length === 0) return { environment: only(open), touches };
  const contradiction = open.length > 0 ? null : contradictionOf(spot, bySpot, byContext, context, policy);
  return { environment: null, touches, contradiction };
}

function contradictionOf(
  spot: string,
  bySpot: string[],
  byContext: string[],
  context: string,
  policy: Policy,
): string {
  const own = Object.entries(policy.environments).flatMap(([name, each]) =>
    bySpot.includes(name) ? contextsOf(each) : [],
  );
  return `the context ${context} is one of ${byContext.join(", ")}, and the namespace ${spot} belongs to ${bySpot.join(", ")} (context ${own.join(", ")}). Name the context that is meant, or list the namespace under ${byContext.join(", ")} too`;
}

type Environment = Policy["environments"][string];

function hasContext(environment: Environment | undefined): boolean {
  return environment !== undefined && contextsOf(environment).length > 0;
}

function isContextOf(environment: Environment, context: string | null): boolean {
  return context !== null && contextsOf(environment).includes(context);
}

function namesWhere(policy: Policy, fits: (environment: Environment) => boolean): string[] {
  return Object.entries(policy.environments).flatMap(([name, each]) => (fits(each) ? [name] : []));
}

function only(names: readonly (string | null)[]): string | null {
  return names.length === 1 ? (names[0] ?? null) : null;
}

function protectedOf(line: KubectlLine, spots: readonly Spot[], policy: Policy): string | null {
  const guarded = policy.protected_namespaces;
  if (line.allNamespaces) return guarded[0] ?? null;
  // Without -n kubectl acts in "default", unless its context says otherwise.
  return guarded.find((name) => spots.some((spot) => (spot ?? "default") === name)) ?? null;
}
