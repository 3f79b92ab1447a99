import { readFileSync } from "node:fs";

/** Pieces of Node scripts that start further processes, which share stdout and print their pids. */
export const script = {
  /** Starts `code` as a child; `detached` gives it a session of its own, `stdio` other streams than the parent's. */
  spawn: (code: string, options: { detached?: boolean; stdio?: string[] } = {}): string =>
    `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(code)}], ${JSON.stringify({ stdio: "inherit", ...options })})`,
};

const stay = "console.log(process.pid); setInterval(() => {}, 1000)";
/** Three generations that all hold stdout: the second ignores TERM, so the third has a living parent until KILL. */
export const TREE = `${script.spawn(`process.on('SIGTERM', () => {}); ${script.spawn(stay)}; ${stay}`)}; ${stay}`;

/** The pids that were printed on lines of their own. */
export function pidsIn(lines: readonly string[]): number[] {
  return lines.flatMap((line) => (/^out \d+$/.test(line) ? [Number(line.slice(4))] : []));
}

/** A killed process whose new parent has not looked yet is a zombie: gone, all the same. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}
