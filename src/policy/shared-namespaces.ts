import { contextsOf, type Policy } from "./document.ts";

/**
 * For the start: namespaces that two environments list for the same cluster. A command there is neither's for sure, so that
 * the rules of both hold and it never runs unattended; whoever wrote the file seldom means that.
 */
export function sharedNamespaces(policy: Policy): string[] {
  const all = Object.entries(policy.environments);
  return all.flatMap(([name, one], index) =>
    all.slice(index + 1).flatMap(([otherName, other]) => {
      const shared = one.namespaces.filter((namespace) => other.namespaces.includes(namespace));
      if (shared.length === 0 || !mayBeOneCluster(contextsOf(one), contextsOf(other))) return [];
      return `Policy: ${name} and ${otherName} both list the ${shared.length === 1 ? "namespace" : "namespaces"} ${shared.join(", ")}: what is asked for there counts as both, and never runs unattended. Give each its own, or tell them apart by contexts`;
    }),
  );
}

/** An environment without contexts is in any of them. */
function mayBeOneCluster(one: readonly string[], other: readonly string[]): boolean {
  return one.length === 0 || other.length === 0 || one.some((context) => other.includes(context));
}
