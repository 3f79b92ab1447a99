import type { Step } from "#change/plan.ts";
import { flagOf, type KubectlLine } from "#policy/kubectl/line.ts";
import { kindOfManifest } from "#policy/manifests/kinds.ts";
import { type Look, placeOf } from "./look.ts";
import { type ClusterObject, readField } from "./object-changes.ts";

/** Kinds and namespaces are asked about by a process each. */
const MAX_ASKED = 5;

/** What the server wants of whoever runs a verb that it cannot try without doing it. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  "rollout restart": ["patch"],
  "rollout pause": ["patch"],
  "rollout resume": ["patch"],
  "certificate approve": ["update", "--subresource=approval"],
  "certificate deny": ["update", "--subresource=approval"],
};

/**
 * Who may not do what, of a step without a dry run: the refusal came after the approval, when the step ran. Null: it may, or
 * the server did not say, which is no refusal.
 */
export async function whyNotAllowed(
  line: KubectlLine,
  step: Step,
  now: readonly ClusterObject[],
  look: Look,
): Promise<string | null> {
  const isForced = /^(replace|apply)$/.test(line.verb) && flagOf(line, "--force") === "true";
  const [verb, ...more] = isForced ? ["delete"] : (NEEDS[line.verb] ?? []);
  if (verb === undefined) return null;
  for (const { resource, namespace } of asked(now)) {
    const where = placeOf(line, namespace);
    const said = await look(["auth", "can-i", verb, resource, ...more, ...where], step);
    if (said.ok || !/^no\b/.test(said.answer ?? "")) continue;
    const place = namespace ?? line.namespace;
    const who = line.context === null ? "the kubeconfig's user" : `the user of the context ${line.context}`;
    return `Forbidden: ${who} may not ${verb} ${resource}${place === null ? "" : ` in the namespace ${place}`}, by kubectl auth can-i`;
  }
  return null;
}

/** By kind and namespace: one that is alone by its name, as a role may name it. */
function asked(now: readonly ClusterObject[]): { resource: string; namespace: string | undefined }[] {
  const groups = Map.groupBy(now, (object) => JSON.stringify([object.kind, object.metadata.namespace]));
  return [...groups.values()]
    .flatMap(([first, another]) => {
      if (first === undefined) return [];
      const kind = kindOfManifest(first.kind, String(readField(first, ["apiVersion"])))?.name;
      if (kind === undefined) return [];
      const resource = another === undefined ? `${kind}/${first.metadata.name}` : kind;
      return [{ resource, namespace: first.metadata.namespace }];
    })
    .slice(0, MAX_ASKED);
}
