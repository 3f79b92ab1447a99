import { readdir, readFile } from "node:fs/promises";
import type { Stop } from "./process-group.ts";

/**
 * A process of this machine. `pids` are its ids from the outside in: one where it shares our set of processes, and more in
 * a box, where the first process of the box has the id 1 and the program that was asked for the id 2.
 */
export type Process = { pid: number; group: number; pids: readonly number[] };

/** Every process that can be seen, but what is left of those that ended. */
export async function listProcesses(): Promise<Process[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => readProcess(Number(name))));
  return found.filter((one) => one !== null);
}

/** One process; null when there is none, or only its remains. */
export async function readProcess(pid: number): Promise<Process | null> {
  const [stat, status] = await Promise.all(
    ["stat", "status"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
  );
  // The second field is the program's name and may hold blanks and brackets.
  const [state = "", , group] = (stat ?? "").slice((stat ?? "").lastIndexOf(")") + 2).split(" ");
  if (group === undefined || state.startsWith("Z") || state.startsWith("X")) return null;
  const inside = /^NSpid:\s*(.*)$/m.exec(status ?? "")?.[1] ?? String(pid);
  return { pid, group: Number(group), pids: inside.trim().split(/\s+/).map(Number) };
}

/**
 * Whom a polite signal is for among the processes of one group with a box in it: never the box itself, which dies of it and
 * takes the program along (measured: terraform's state had 0 bytes then). Null: no box is among them.
 */
export function askedInBox(members: readonly Process[], to: Stop["to"]): number[] | null {
  const boxed = members.filter(({ pids }) => pids.length > 1);
  if (boxed.length === 0) return null;
  const first = to === "process" ? (id: number) => id === PROGRAM : (id: number) => id !== BOX;
  return boxed.filter(({ pids }) => first(pids.at(-1) ?? BOX)).map(({ pid }) => pid);
}

const BOX = 1;
const PROGRAM = 2;
