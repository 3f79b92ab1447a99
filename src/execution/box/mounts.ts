import { basename, dirname, join } from "node:path";
import { besideState } from "#execution/workspace/local-state.ts";
import type { View } from "./box.ts";
import type { SystemPlaces } from "./places.ts";

/** What is the same for every command. */
export type Grounds = {
  system: SystemPlaces;
  /** Greenlight's own places: program, workspace, data. What a view names of them is shown all the same. */
  hidden: readonly string[];
  passwd: string;
  group: string;
};

const MEGABYTE = 1_048_576;
const TMP_BYTES = 256 * MEGABYTE;
const SHM_BYTES = 64 * MEGABYTE;
/** What terraform writes beside a state and nobody reads: who holds the lock. */
const BESIDE_STATE_BYTES = 64 * MEGABYTE;

/** A state in the workspace, with the paths of what there is beside it; `from` is a directory with copies of them all, or null. */
export type ShownState = { file: string; beside: readonly string[]; from: string | null };

/** Something that is put at a place; `after` comes when all is in place. */
type Mount = { at: string; args: string[]; after?: string[] };

/**
 * The places of a box as bubblewrap's arguments. Whatever lies above comes first, so that a data directory below /tmp does
 * not vanish under it, and a hidden place shows what the view names of it. All is read-only but the change's own: a write to
 * a place that is not bound would vanish silently (measured: `Apply complete!`, and the state was gone).
 */
export function mountArgs(
  view: Pick<View, "readOnly" | "readWrite">,
  state: ShownState | null,
  { system, hidden, passwd, group }: Grounds,
): string[] {
  const shown = system.shown.map((at): Mount => ({ at, args: ["--ro-bind", at, at] }));
  const made: Mount[] = [
    { at: "/etc/passwd", args: ["--ro-bind", passwd, "/etc/passwd"] },
    { at: "/etc/group", args: ["--ro-bind", group, "/etc/group"] },
    { at: "/proc", args: ["--proc", "/proc"], after: ["--remount-ro", "/proc"] },
    { at: "/dev", args: ["--dev", "/dev"], after: ["--remount-ro", "/dev"] },
    { at: "/dev/shm", args: tmpfs("/dev/shm", SHM_BYTES) },
    { at: "/tmp", args: tmpfs("/tmp", TMP_BYTES) },
    { at: "/run", args: ["--dir", "/run"] },
    { at: "/var/run", args: ["--symlink", "../run", "/var/run"] },
    { at: "/var/tmp", args: ["--symlink", "../tmp", "/var/tmp"] },
    ...system.links.map(({ at, to }): Mount => ({ at, args: ["--symlink", to, at] })),
  ];
  const above = [...system.shown, ...view.readOnly, ...view.readWrite, "/tmp"];
  const empty = [...hidden, ...system.keys].filter(
    (at) => isBelowAny(at, above) && !view.readWrite.includes(at),
  );
  // A state's directory is empty already, and terraform writes there.
  const masks = empty
    .filter((at) => state === null || at !== dirname(state.file))
    .map(
      (at): Mount => ({
        at,
        args: tmpfs(at, MEGABYTE),
        after: ["--remount-ro", at],
      }),
    );
  const all = [...shown, ...made, ...givenMounts(view, system, empty), ...stateMounts(state), ...masks];
  const inOrder = all.toSorted((one, other) => depthOf(one.at) - depthOf(other.at));
  return [
    ...inOrder.flatMap(({ args }) => args),
    ...inOrder.flatMap(({ after = [] }) => after),
    "--remount-ro",
    "/",
  ];
}

function givenMounts(
  view: Pick<View, "readOnly" | "readWrite">,
  system: SystemPlaces,
  empty: readonly string[],
): Mount[] {
  // What is to be seen anyway needs no place made for it, which could not be made in a read-only directory either.
  const seen = [...system.shown, ...view.readWrite];
  const isShown = (path: string): boolean => isBelowAny(path, seen) && !isBelowAny(path, empty);
  const readOnly = view.readOnly.filter((at) => !isShown(at));
  return [
    ...readOnly.map((at): Mount => ({ at, args: ["--ro-bind-try", at, at] })),
    ...view.readWrite.map((at): Mount => ({ at, args: ["--bind", at, at] })),
  ];
}

/**
 * A state's file is bound alone, and terraform writes it in place; so are its backup and the directory of its workspaces
 * where they are there. The lock's note stays in the box: the lock itself is the file's. Where no workspace was ever made
 * none can be, because it would be made in the box and be gone.
 */
function stateMounts(state: ShownState | null): Mount[] {
  if (state === null) return [];
  const { file, beside, from } = state;
  const directory = dirname(file);
  const { workspaces } = besideState(file);
  const none: Mount = {
    at: workspaces,
    args: tmpfs(workspaces, MEGABYTE),
    after: ["--remount-ro", workspaces],
  };
  return [
    { at: directory, args: tmpfs(directory, BESIDE_STATE_BYTES) },
    ...[file, ...beside].map((at): Mount => {
      const source = from === null ? at : join(from, basename(at));
      return { at, args: ["--bind", source, at] };
    }),
    ...(beside.includes(workspaces) ? [] : [none]),
  ];
}

function tmpfs(at: string, bytes: number): string[] {
  return ["--size", String(bytes), "--tmpfs", at];
}

function isBelowAny(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

function depthOf(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}
