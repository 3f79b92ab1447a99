import { type KubectlLine, readKubectl } from "#policy/kubectl/line.ts";

/** How `get` names what the step is about, or null when it creates something or names nothing. */
export function targetArgs(line: KubectlLine): string[] | null {
  const file = flagArgs(line, ["--filename", "--kustomize", "--recursive"]);
  if (file.length > 0) return file;
  return line.verb.startsWith("create") ? null : namedArgs(line);
}

/** The same also of what it creates, once that is there. */
export function namedArgs(line: KubectlLine): string[] | null {
  const file = flagArgs(line, ["--filename", "--kustomize", "--recursive"]);
  if (file.length > 0) return file;
  if (line.resources.length === 0) return null;
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

/**
 * The step's words as a dry run by the server; null when they cannot be made one for sure. Its flags stand in front:
 * behind a `--` of the step's own they would be words, and the command would run for real. What comes of it is read once
 * more, and must be the same command and dry.
 */
export function dryRunArgs(args: readonly string[], output: string | null): string[] | null {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const own = args
    .slice(0, end)
    .filter(
      (word, index) =>
        !/^(--dry-run|--output|-o)/.test(word) && !/^(--output|-o)$/.test(args[index - 1] ?? ""),
    );
  const flags = ["--dry-run=server", ...(output === null ? [] : [`--output=${output}`])];
  const dry = [...flags, ...own, ...args.slice(end)];
  const [read, meant] = [readKubectl(dry), readKubectl(args)];
  if (!read.ok || !meant.ok || read.line.dryRun !== "server") return null;
  return meaningOf(read.line) === meaningOf(meant.line) ? dry : null;
}

/** A line without what a look sets itself. */
function meaningOf({ verb, resources, operands, flags }: KubectlLine): string {
  const kept = [...flags].filter(([name]) => name !== "--dry-run" && name !== "--output");
  return JSON.stringify([verb, resources, operands, kept]);
}

function flagArgs(line: KubectlLine, names: readonly string[]): string[] {
  return names.flatMap((name) => (line.flags.get(name) ?? []).map((value) => `${name}=${value}`));
}
