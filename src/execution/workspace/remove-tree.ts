import { lstat, rm, rmdir } from "node:fs/promises";
import { execa } from "execa";

/**
 * Removes a directory that commands wrote in, and all below it; nothing happens when it is gone. By the system's `rm`,
 * because Node's goes by whole paths: it follows a directory that a command which still runs exchanges for a link on the
 * way, and a tree whose paths are longer than 4,096 bytes cannot be removed with it (seen; at the start it cost the start).
 */
export async function removeTree(path: string): Promise<void> {
  const isGone = await rmdir(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT",
  );
  if (isGone) return;
  if (await removed(path)) return;
  // A directory that a command closed to its own user, who is Greenlight's.
  await run("chmod", ["-R", "u+rwx", "--", path]);
  if (await removed(path)) return;
  await rm(path, { recursive: true, force: true });
}

async function removed(path: string): Promise<boolean> {
  await run("rm", ["-rf", "--", path]);
  return await lstat(path).then(
    () => false,
    () => true,
  );
}

async function run(program: string, args: string[]): Promise<void> {
  await execa(program, args, { reject: false, stdin: "ignore", stdout: "ignore", stderr: "ignore" });
}
