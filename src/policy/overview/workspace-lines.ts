import { posix } from "node:path";
import type { Policy } from "#policy/document.ts";
import { environmentOfDirectory } from "#policy/terraform/places.ts";
import type { ManifestPart } from "./manifest-objects.ts";
import type { ModulePart, Variable } from "./terraform-module.ts";

/** What was read of the files, by path; a module's file that could not be read is null. */
export type Parts = {
  modules: ReadonlyMap<string, ModulePart | null>;
  manifests: ReadonlyMap<string, ManifestPart>;
  /** How many files there was no room for. */
  unread: number;
};

/** Redacts a value under its name. */
export type RedactField = (name: string, value: string) => string;

const MOST_LINES = 200;
const LINE_CHARS = 400;
const VALUE_CHARS = 60;
const MOST_NAMES = 8;

/**
 * The workspace in lines: Terraform roots with their variables, manifests and kustomizations. At most 200, and what is cut
 * is counted. The same for everybody, and in the same order as long as the files are the same.
 */
export function workspaceLines(parts: Parts, policy: Policy, redact: RedactField): string[] {
  const lines = [...rootLines(parts.modules, policy, redact), ...manifestLines(parts.manifests)];
  const cut = lines.slice(MOST_LINES - 2);
  const shown = cut.length <= 2 ? lines : lines.slice(0, MOST_LINES - 2);
  return [
    ...shown,
    ...(shown === lines ? [] : [`…and ${cut.length} more roots and manifests that are not shown`]),
    ...(parts.unread === 0 ? [] : [`…and ${parts.unread} more places that were not read`]),
  ];
}

/** A directory that another one calls is a module of it and no root, unless the policy speaks of it. */
function rootLines(modules: Parts["modules"], policy: Policy, redact: RedactField): string[] {
  const called = new Set([...modules.values()].flatMap((part) => part?.calls ?? []));
  const directories = Map.groupBy([...modules].toSorted(byPath), ([path]) => directoryOf(path));
  return [...directories].flatMap(([directory, files]) => {
    const environment = environmentOfDirectory(policy, directory);
    if (called.has(directory) && environment === null) return [];
    const unclear = files.filter(([, part]) => part === null).length;
    const variables = files.flatMap(([, part]) => part?.variables ?? []);
    const said = [
      ...variables.map((variable) => variableText(variable, redact)),
      ...(unclear === 0 ? [] : [`${unclear} files that cannot be read`]),
    ];
    const where = environment === null ? "" : ` (${plain(environment)})`;
    const what = said.length === 0 ? "no variables" : `variables ${joined(said, "; ")}`;
    return [`terraform root ${directory === "" ? '""' : plain(directory)}${where}: ${what}`];
  });
}

function variableText({ name, type, value, isSensitive }: Variable, redact: RedactField): string {
  const about = `${plain(name)} ${cut(plain(type))}`;
  if (isSensitive) return `${about}, sensitive`;
  return value === null ? about : `${about} = ${cut(plain(redact(name, value)))}`;
}

function manifestLines(manifests: Parts["manifests"]): string[] {
  return [...manifests].toSorted(byPath).map(([path, part]) => {
    if (part.kind === "kustomization") return `kustomization ${plain(directoryOf(path)) || '""'}`;
    const names = part.names.map((name) => cut(plain(name)));
    const more = names.length - MOST_NAMES;
    const shown = more > 0 ? [...names.slice(0, MOST_NAMES), `${more} more`] : names;
    return `manifest ${plain(path)}: ${joined(shown, ", ")}`;
  });
}

/** As many as have room, and how many have none. */
function joined(all: readonly string[], between: string): string {
  let text = all[0] ?? "";
  for (const [index, one] of all.entries()) {
    if (index === 0) continue;
    if (text.length + between.length + one.length > LINE_CHARS)
      return `${text}${between}${all.length - index} more`;
    text += between + one;
  }
  return text;
}

function cut(text: string): string {
  return text.length <= VALUE_CHARS ? text : `${text.slice(0, VALUE_CHARS - 1)}…`;
}

/** One line of plain characters, whatever a file says. */
function plain(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : JSON.stringify(text).replaceAll(/[^\x20-\x7e]/g, "?");
}

function directoryOf(path: string): string {
  const directory = posix.dirname(path);
  return directory === "." ? "" : directory;
}

function byPath([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
