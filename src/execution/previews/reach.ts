import type { PreviewRow } from "#change/preview.ts";
import type { KubectlLine } from "#policy/kubectl/line.ts";
import type { NotSeen } from "./look.ts";
import type { ClusterObject } from "./object-changes.ts";

/**
 * What was looked for, where a step finds what it changes and found nothing; null where it found something, names its
 * objects, or makes them.
 */
export function whatWasLookedFor(line: KubectlLine, now: readonly ClusterObject[]): string | null {
  const { flags, resources, verb } = line;
  if (now.length > 0 || resources.length === 0 || verb.startsWith("create")) return null;
  if (flags.has("--filename") || flags.has("--kustomize")) return null;
  if (resources.some(({ name }) => name !== null)) return null;
  const kinds = resources.map(({ kind }) => kind).join(", ");
  const by = ["--selector", "--field-selector"].flatMap((name) =>
    (flags.get(name) ?? []).map((value) => `${name}=${value}`),
  );
  return [kinds, ...(by.length === 0 ? [] : [`with ${by.join(" ")}`]), where(line)].join(" ");
}

/** The same as why a step cannot be looked at. */
export function nothingMatches(sought: string): NotSeen {
  return { ok: false, problem: `Nothing matches: there are no ${sought}` };
}

function where({ allNamespaces, namespace }: KubectlLine): string {
  if (allNamespaces) return "in all namespaces";
  return namespace === null ? "in the context's own namespace" : `in the namespace ${namespace}`;
}

/** The pods that a drain's dry run says it would evict; kubectl 1.32 prints a line for each. */
export function evicted(printed: string): PreviewRow[] {
  return [...printed.matchAll(/^evicting pod ([^\s/]+)\/(\S+) \(server dry run\)$/gm)].map(
    ([, namespace, name]) => ({
      target: `Pod/${name} in ${namespace}`,
      action: "destroy",
      before: null,
      after: null,
    }),
  );
}
