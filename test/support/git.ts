import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** `false`, or the reason to skip a test that needs a git that can serve. */
export function reasonWithoutGit(): string | false {
  const { status, stdout } = spawnSync("git", ["--exec-path"], { encoding: "utf8" });
  if (status !== 0) return "git is not installed";
  return existsSync(join(stdout.trim(), "git-http-backend")) ? false : "git serves no http here";
}

/** Runs git in a directory with no settings of this machine; what it prints, without the last line's end. */
export function git(cwd: string, ...args: string[]): Promise<string> {
  const who = { NAME: "Test", EMAIL: "test@example.com", DATE: "2026-01-01T00:00:00Z" };
  const env = {
    PATH: process.env["PATH"],
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    ...Object.fromEntries(
      Object.entries(who).flatMap(([key, value]) => [
        [`GIT_AUTHOR_${key}`, value],
        [`GIT_COMMITTER_${key}`, value],
      ]),
    ),
  };
  return new Promise((resolve, reject) => {
    execFile("git", args, { cwd, env }, (error, stdout) => {
      if (error === null) resolve(stdout.trim());
      else reject(error);
    });
  });
}
