import type { Writer } from "#playground/cluster/fields/book.ts";
import type { Printer } from "#playground/cluster/printing/output.ts";
import { KubectlError, NeedsFiles } from "./errors.ts";
import type { FlagTable, Line } from "./flags.ts";
import { flagOf, isOn } from "./flags.ts";
import { type Kind, label, resourceOf, type Target } from "./kinds.ts";
import { listObjects } from "./objects.ts";
import { selectorOf } from "./select.ts";
import type { KubeObject, State } from "./state.ts";

/** Who calls: where it prints, whether files are read for it, and when it has gone. */
export type Caller = {
  out(text: string): void;
  err(text: string): void;
  readsFiles: boolean;
  signal: AbortSignal;
};

/** What a running command has at hand. */
export type Context = Caller & {
  stateFile: string;
  /** The command as typed, e.g. "rollout status". */
  path: string;
  line: Line;
  namespace: string;
  /** Prints a value as `-o` says. */
  print: Printer;
};
/** A command: the flags it takes and what it does. A failure is thrown as KubectlError. */
export type Command = { flags: FlagTable; run(context: Context): Promise<void> };

/** Throws NeedsFiles for a caller that no file is read for. Comes before any effect and any word. */
export function requireFiles({ readsFiles }: Pick<Context, "readsFiles">): void {
  if (!readsFiles) throw new NeedsFiles("this call reads files");
}

/** Flags that several commands share. */
export const selectFlags: FlagTable = { "selector,l": "text", all: "bool", "field-selector": "text" };
export const fileFlags: FlagTable = { "filename,f": "list", "recursive,R": "bool", "kustomize,k": "text" };
export const writeFlags: FlagTable = {
  "dry-run": { optional: "unchanged" },
  "output,o": "text",
  "field-manager": "text",
  "show-managed-fields": "bool",
  template: "text",
  "allow-missing-template-keys": "bool",
};

/** The objects the targets mean: by name, by selector, or all of the kind. A name that is not there throws NotFound. */
export function chosenObjects(
  context: Context,
  state: State,
  targets: (Target & { namespace?: string })[],
  now: number,
): { kind: Kind; object: KubeObject }[] {
  const selector = flagOf(context.line, "selector");
  const chosen = targets.flatMap(({ kind, name, namespace = context.namespace }) => {
    if (name !== null && (selector !== undefined || isOn(context.line, "all")))
      throw new KubectlError(
        "error: selectors and the all flag cannot be used when passing resource/name arguments",
      );
    const all = listObjects(state, kind, namespace, now);
    if (name === null && selector === undefined && !isOn(context.line, "all"))
      throw new KubectlError("error: resource(s) were provided, but no name was specified");
    const matches =
      name === null ? selectorOf(selector ?? "") : (object: KubeObject) => object.metadata.name === name;
    const found = all.filter(matches).map((object) => ({ kind, object }));
    if (name !== null && found.length === 0)
      throw new KubectlError(`Error from server (NotFound): ${resourceOf(kind)} "${name}" not found`);
    return found;
  });
  return chosen;
}

/** Prints what a command did, as kubectl does: `deployment.apps/web scaled (server dry run)`, or only the name with `-o name`. */
export function report(
  context: Context,
  kind: Kind,
  object: KubeObject,
  done: string,
  dryRun: "client" | "server" | null,
): void {
  const format = flagOf(context.line, "output");
  const name = label(kind, object.metadata.name);
  if (format === "name") {
    context.out(`${name}\n`);
    return;
  }
  if (format !== undefined && format !== "") {
    context.out(context.print(object));
    return;
  }
  const suffix = dryRun === null ? "" : dryRun === "client" ? " (dry run)" : " (server dry run)";
  context.out(`${name} ${done}${suffix}\n`);
}

/** Verbs that kubectl books under a name of their own; the others go by "kubectl" (kubectl 1.32). */
const OWN_MANAGER =
  /^(annotate|autoscale|create|expose|label|patch|replace|rollout (?:pause|restart|resume)|set|taint)\b/;

/** Who a command writes as: what --field-manager says, or kubectl's own name for it. */
export function writerOf({ line, path }: Pick<Context, "line" | "path">): Writer {
  const isApplied = path === "apply" && isOn(line, "server-side");
  const [verb = ""] = OWN_MANAGER.exec(path) ?? [];
  const own =
    path === "apply"
      ? isApplied
        ? "kubectl"
        : "kubectl-client-side-apply"
      : verb === ""
        ? "kubectl"
        : `kubectl-${verb.split(" ")[0]}`;
  const manager = flagOf(line, "field-manager") || own;
  const base: Writer = { manager, operation: isApplied ? "Apply" : "Update" };
  return path === "scale" ? { ...base, subresource: "scale" } : base;
}

/** Marks an object as written: the next resource version, and a generation when its spec changed. */
export function touch(state: State, object: KubeObject, specChanged: boolean): void {
  state.resourceVersion++;
  object.metadata.resourceVersion = String(state.resourceVersion);
  if (specChanged) object.metadata.generation = (object.metadata.generation ?? 1) + 1;
}
