import { randomInt } from "node:crypto";
import type { Writer } from "#playground/cluster/fields/book.ts";
import { LAST_APPLIED } from "#playground/cluster/fields/merge.ts";
import { yamlPrinter } from "#playground/cluster/printing/output.ts";
import { unifiedDiff } from "#playground/cluster/printing/unified.ts";
import { applyOne } from "./apply.ts";
import { type Command, type Context, fileFlags } from "./command.ts";
import { KubectlError, NeedsFiles, notInThePlayground } from "./errors.ts";
import { readState } from "./file.ts";
import { flagOf } from "./flags.ts";
import { isoTime } from "./identity.ts";
import type { KubeObject, State } from "./state.ts";
import { findStored, liveOf } from "./store.ts";
import { readWanted, type Wanted } from "./targets.ts";

/** `kubectl diff -f`: prints what apply would change, as `diff -u -N` does; ends with 0, with 1 when something differs, with 2 on a fault. */
export const diff: Command = {
  flags: {
    ...fileFlags,
    "selector,l": "text",
    concurrency: "int",
    "field-manager": "text",
    "force-conflicts": "bool",
    prune: "bool",
    "prune-allowlist": "list",
    "server-side": "bool",
    "show-managed-fields": "bool",
  },
  run: async (context) => {
    const different = await run(context).catch((error: unknown) => {
      if (error instanceof NeedsFiles) throw error;
      throw new KubectlError(
        error instanceof KubectlError
          ? error.message
          : `error: ${error instanceof Error ? error.message : error}`,
        2,
      );
    });
    if (different) throw new KubectlError("", 1);
  },
};

async function run(context: Context): Promise<boolean> {
  const { line } = context;
  for (const flag of ["kustomize", "prune", "selector"])
    if (line.flags.has(flag) && flagOf(line, flag) !== "false") throw notInThePlayground(`"diff --${flag}"`);
  const files = line.flags.get("filename") ?? [];
  if (files.length === 0) throw new KubectlError("error: must specify one of -f and -k");
  if (line.words.length > 0)
    throw new KubectlError(
      `error: Unexpected args: [${line.words.join(" ")}]\nSee 'kubectl diff -h' for help and examples`,
    );
  const wanted = await readWanted(context, files);
  const state = await readState(context.stateFile);
  const yaml = await yamlPrinter();
  const mark = String(randomInt(1_000_000_000, 4_000_000_000));
  const texts = wanted
    .map((one) => ({ name: fileNameOf(one), ...masked(bothSides(state, one)) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, live, merged }) => {
      const text = unifiedDiff(live === null ? "" : yaml(live), merged === null ? "" : yaml(merged), {
        from: `/tmp/LIVE-${mark}/${name}`,
        to: `/tmp/MERGED-${mark}/${name}`,
        at: `${isoTime(Date.now()).replace("T", " ").replace("Z", "")}.000000000 +0000`,
      });
      return text;
    });
  context.out(texts.join(""));
  return texts.some((text) => text !== "");
}

/** It writes nothing, and what it would book is not printed. */
const DIFF: Writer = { manager: "kubectl-client-side-apply", operation: "Update" };

type Sides = { live: KubeObject | null; merged: KubeObject };

function bothSides(state: State, wanted: Wanted): Sides {
  const now = Date.now();
  const { kind, namespace, object } = wanted;
  const stored = findStored(state, kind, namespace, object.metadata.name);
  const live = stored === null ? null : structuredClone(liveOf(stored, now));
  const done = applyOne(structuredClone(state), wanted, { dryRun: true, now, writer: DIFF });
  const merged = structuredClone(liveOf(done.stored, now));
  // What apply notes of the file is no difference of the object: kubectl's merged side keeps the live one's note.
  const { [LAST_APPLIED]: _, ...notes } = merged.metadata.annotations ?? {};
  const before = live?.metadata.annotations?.[LAST_APPLIED];
  const annotations = before === undefined ? notes : { ...notes, [LAST_APPLIED]: before };
  const { annotations: __, ...metadata } = merged.metadata;
  merged.metadata = Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations };
  for (const side of [live, merged]) delete side?.metadata.managedFields;
  return { live, merged };
}

/** A Secret's values are never printed: `***`, and before and after where they differ. */
function masked({ live, merged }: Sides): Sides {
  if (merged.kind !== "Secret" || merged.apiVersion !== "v1") return { live, merged };
  const hide = (own: KubeObject, other: KubeObject | null, note: string): KubeObject => {
    const data = Object.entries(own.data ?? {}).map(([key, value]) => {
      const twin = other?.data?.[key];
      return [key, twin === undefined || twin === value ? "***" : `*** (${note})`];
    });
    return { ...own, data: Object.fromEntries(data) as Record<string, string> };
  };
  return {
    live: live === null ? null : hide(live, merged, "before"),
    merged: hide(merged, live, "after"),
  };
}

function fileNameOf({ kind, namespace, object }: Wanted): string {
  const group = kind.group === "" ? "" : `${kind.group}.`;
  return `${group}${kind.version}.${kind.kind}.${kind.namespaced ? namespace : ""}.${object.metadata.name}`;
}
