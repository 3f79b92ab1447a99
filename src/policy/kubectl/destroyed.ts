import type { Command } from "#change/plan.ts";
import type { Preview, PreviewRow } from "#change/preview.ts";
import { kindOf } from "#policy/manifests/kinds.ts";
import { type Gone, REACH, reachOfKind } from "#policy/reach.ts";
import { flagOf, type KubectlLine, readKubectl } from "./line.ts";

/** What takes something away that is there; "replace" makes it anew. */
export const TAKES_AWAY: ReadonlySet<PreviewRow["action"]> = new Set(["destroy", "replace"]);

/** What one kubectl command deletes or replaces: what it names, and what was seen to go. */
export function destroyedByKubectl(
  { args }: Command,
  seen: Preview | null,
  places: readonly string[],
): Gone[] {
  const read = readKubectl(args);
  const line = read.ok ? read.line : null;
  const rows = (seen?.rows ?? []).filter(({ action }) => TAKES_AWAY.has(action)).map(objectOf);
  const named = line !== null && deletes(line) ? namedIn(line, rows.length > 0) : [];
  const isNamed = (row: Thing) => named.some((one) => isSame(one, row));
  const things = [...named, ...rows.filter((row) => !isNamed(row))];
  const where = whereOf(line, places);
  return things.map(({ kind, what, name, reach }) => {
    const isClusterWide = kind !== null && kindOf(kind)?.cluster === true;
    return {
      what,
      name: name ?? where.namespace ?? "",
      reach,
      ...where,
      ...(isClusterWide ? { namespace: null } : {}),
    };
  });
}

/** `name` null: what matches is told by no name; where it is, is one. */
type Thing = { kind: string | null; what: string; name: string | null; reach: number };

function objectOf({ target }: PreviewRow): Thing {
  const [object = ""] = target.split(" ");
  const [kind = "", name = ""] = object.split("/");
  return thing(kind, name);
}

function thing(kind: string, name: string): Thing {
  return { kind, what: `${kindOf(kind)?.singular ?? kind} ${name}`, name, reach: reachOfKind(kind) };
}

function isSame(one: Thing, other: Thing): boolean {
  const kindName = ({ kind }: Thing) => kindOf(kind ?? "")?.name ?? kind?.toLowerCase();
  return one.name === other.name && kindName(one) === kindName(other);
}

function deletes(line: KubectlLine): boolean {
  if (line.dryRun !== "none") return false;
  if (line.verb === "delete") return true;
  const isForced = flagOf(line, "--force") === "true";
  return (
    (line.verb === "replace" && isForced) ||
    (line.verb === "apply" && (isForced || flagOf(line, "--prune") === "true"))
  );
}

/** What the words name. Of a selector the matches may be others by then; of a file only its name is known until it was looked at. */
function namedIn(line: KubectlLine, wasSeen: boolean): Thing[] {
  const named = line.resources.map(({ kind, name }): Thing => {
    if (name !== null) return thing(kind, name);
    return { kind, what: `${matching(kind, line)}`, name: null, reach: reachOfKind(kind) + 0.4 };
  });
  const file = flagOf(line, "--filename") ?? flagOf(line, "--kustomize");
  if (file !== null && !wasSeen)
    named.push({
      kind: null,
      what: `what ${file} names`,
      name: file.split("/").at(-1) ?? "",
      reach: REACH.data,
    });
  if (flagOf(line, "--prune") === "true")
    named.push({
      kind: null,
      what: "what the manifests no longer hold",
      name: null,
      reach: REACH.data + 0.4,
    });
  return named;
}

function matching(kind: string, line: KubectlLine): string {
  const by = flagOf(line, "--selector") ?? flagOf(line, "--field-selector");
  return by === null ? `all ${kind}` : `${kind} that match ${by}`;
}

/** In which namespace and in which cluster: as the command says, else as its approval covers it. */
function whereOf(
  line: KubectlLine | null,
  places: readonly string[],
): { namespace: string | null; place: string | null } {
  const begin = line?.context == null ? "kubectl, the current context" : `kubectl, context ${line.context}`;
  const sentence = places.find((place) => place.startsWith(`${begin} (`)) ?? "";
  const [, context, server, usual] =
    /^kubectl, .*? \((.*?)\): (\S+), as .*, namespace (\S+) unless named(?:, identity \S+)?$/.exec(
      sentence,
    ) ?? [];
  const namespace = line?.allNamespaces === true ? "all namespaces" : (line?.namespace ?? usual ?? null);
  const known = context ?? line?.context ?? null;
  return { namespace, place: known === null ? null : server === undefined ? known : `${known} (${server})` };
}
