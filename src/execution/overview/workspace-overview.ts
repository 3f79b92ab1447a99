import { posix } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import type { WorkspaceDeps } from "#execution/workspace/copy.ts";
import { readWorkspace, type Snapshot } from "#execution/workspace/snapshot.ts";
import type { Policy } from "#policy/document.ts";
import type { KnownFiles } from "#policy/files.ts";
import { type ManifestPart, readManifestPart } from "#policy/overview/manifest-objects.ts";
import { type ModulePart, readModulePart } from "#policy/overview/terraform-module.ts";
import { workspaceLines } from "#policy/overview/workspace-lines.ts";
import { isPrivate } from "#policy/private-files.ts";
import { isPassedOver, placeOf } from "#policy/terraform/places.ts";
import type { Redact } from "#redact/redact.ts";
import { redactField } from "#redact/value.ts";

/** What it is given. */
export type OverviewDeps = WorkspaceDeps & { policy: Policy; redact: Redact };

/** Much less than what commands may read: it is told in 200 lines. */
const ROOM = { maxFiles: 1_000, maxBytes: 2 * 1_024 * 1_024 };
/** A plan a second would read the whole workspace each time, and a file of a minute ago does no harm: commands read their own. */
const FRESH_MS = 60_000;

/**
 * Makes what tells the workspace's Terraform roots, manifests and kustomizations in lines. Read is what commands may read, of
 * that no file of a kind that holds values, keys, logins or states; a workspace that cannot be read is told of in no line.
 */
export function createOverview(deps: OverviewDeps, now: () => number = Date.now): () => Promise<string[]> {
  let known: { at: number; lines: Promise<string[]> } | null = null;
  return () => {
    if (known === null || now() - known.at >= FRESH_MS) {
      const lines = overview(deps);
      known = { at: now(), lines };
      lines.catch(() => {
        known = null;
      });
    }
    return known.lines;
  };
}

async function overview(deps: OverviewDeps): Promise<string[]> {
  const modules = new Map<string, ModulePart | null>();
  const manifests = new Map<string, ManifestPart>();
  let unread = 0;
  for (const { files, leftOut } of await snapshots(deps)) {
    unread += [...leftOut.values()].filter(({ cause }) => cause === "much").length;
    for (const [path, text] of openFiles(files)) {
      if (isModuleFile(path)) modules.set(path, readModulePart(path, directoryOf(path), text));
      const part = isModuleFile(path) ? null : readManifestPart(path, text);
      if (part !== null) manifests.set(path, part);
      // A thousand files parsed at a stretch would hold up every answer to Slack.
      await breathe();
    }
  }
  const redact = (name: string, value: string): string => redactField(name, value, deps.redact);
  return workspaceLines({ modules, manifests, unread }, deps.policy, redact).map(deps.redact);
}

/** A link counts as what it leads to. */
function openFiles(files: KnownFiles): [path: string, text: string][] {
  return [...files].filter(
    ([path, text]) => !isPrivate(path, text) && !isPrivate(files.linked?.get(path) ?? path),
  );
}

/** Of the directories that the policy lists; without a list of the whole. */
async function snapshots({ workspace, dataDir, policy }: OverviewDeps): Promise<Snapshot[]> {
  const places = policy.directories.length === 0 ? [""] : policy.directories.map((one) => placeOf("", one));
  const found: Snapshot[] = [];
  for (const path of new Set(places.filter((place) => place !== null))) {
    const options = { own: [dataDir], ...ROOM, only: isMeant };
    const read = await readWorkspace(workspace, [{ path, kind: "tree" }], options);
    if (read.ok) found.push(read.snapshot);
  }
  return found;
}

function isMeant(path: string): boolean {
  return isModuleFile(path) || /\.ya?ml$/i.test(path);
}

function isModuleFile(path: string): boolean {
  return /\.tf(\.json)?$/.test(path) && !isPassedOver(posix.basename(path));
}

function directoryOf(path: string): string {
  const directory = posix.dirname(path);
  return directory === "." ? "" : directory;
}
