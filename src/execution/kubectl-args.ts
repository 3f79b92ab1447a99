import type { KubectlLine } from "../policy/kubectl-line.ts";

/** How `get` names what the step is about, or null when it creates something or names nothing. */
export function targetArgs(line: KubectlLine): string[] | null {
  const file = flagArgs(line, ["--filename", "--kustomize", "--recursive"]);
  if (file.length > 0) return file;
  if (line.resources.length === 0 || line.verb.startsWith("create")) return null;
  const named = line.resources.filter(({ name }) => name !== null);
  if (named.length > 0) return named.map(({ kind, name }) => `${kind}/${name}`);
  return [
    line.resources.map(({ kind }) => kind).join(","),
    ...flagArgs(line, ["--selector", "--field-selector"]),
  ];
}

/** Where the step runs, in the same words. */
export function placeArgs(line: KubectlLine): string[] {
  const flags = flagArgs(line, ["--context"]);
  if (line.allNamespaces) return [...flags, "--all-namespaces"];
  return line.namespace === null ? flags : [...flags, `--namespace=${line.namespace}`];
}

function flagArgs(line: KubectlLine, names: readonly string[]): string[] {
  return names.flatMap((name) => (line.flags.get(name) ?? []).map((value) => `${name}=${value}`));
}
