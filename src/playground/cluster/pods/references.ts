import type { State, Template } from "#playground/cluster/state.ts";

type Named = { name?: string; key?: string; optional?: boolean };
type Source = { configMapRef?: Named; secretRef?: Named };
type Variable = { valueFrom?: { configMapKeyRef?: Named; secretKeyRef?: Named } };
type Wanted = { kind: "ConfigMap" | "Secret"; ref: Named | undefined };

/** What the kubelet says of the first config map or secret that a container takes variables from and that is not there. */
export function missingReference(state: State, namespace: string, { spec }: Template): string | null {
  for (const container of spec.containers)
    for (const wanted of [...wholeOf(container["envFrom"]), ...keysOf(container["env"])]) {
      const said = missing(state, namespace, wanted);
      if (said !== null) return said;
    }
  return null;
}

function wholeOf(sources: unknown): Wanted[] {
  return ((sources ?? []) as Source[]).flatMap(({ configMapRef, secretRef }): Wanted[] => [
    { kind: "ConfigMap", ref: configMapRef },
    { kind: "Secret", ref: secretRef },
  ]);
}

function keysOf(variables: unknown): Wanted[] {
  return ((variables ?? []) as Variable[]).flatMap(({ valueFrom }): Wanted[] => [
    { kind: "ConfigMap", ref: valueFrom?.configMapKeyRef },
    { kind: "Secret", ref: valueFrom?.secretKeyRef },
  ]);
}

function missing(state: State, namespace: string, { kind, ref }: Wanted): string | null {
  if (ref?.name === undefined || ref.optional === true) return null;
  const found = state.others.find(
    (one) => one.kind === kind && one.metadata.name === ref.name && one.metadata.namespace === namespace,
  );
  if (found === undefined) return `${kind.toLowerCase()} "${ref.name}" not found`;
  const values = { ...found.data, ...Object(found["stringData"]) };
  if (ref.key === undefined || ref.key in values) return null;
  return `couldn't find key ${ref.key} in ${kind} ${namespace}/${ref.name}`;
}
