import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * `npm run approve`: writes the approved words anew, from what the program says now. `npm run approve -- PART` runs only the
 * test files whose path holds PART. The stories of the whole program come last: they know messages by their approved words.
 */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const [part = ""] = process.argv.slice(2);

const files = globSync("test/**/*.test.ts", { cwd: ROOT })
  .toSorted()
  .filter((file) => file.includes(part) && /approvedIn\(/u.test(readFileSync(`${ROOT}${file}`, "utf8")));
const isStory = (file: string): boolean => file.includes("scenarios");
const env: NodeJS.ProcessEnv = { ...process.env, GREENLIGHT_APPROVE: "1" };
delete env["CI"];
for (const some of [files.filter((file) => !isStory(file)), files.filter(isStory)]) {
  if (some.length === 0) continue;
  const args = ["--test", "--test-concurrency=2", "--test-force-exit", "--test-reporter=dot", ...some];
  const { status } = spawnSync(process.execPath, args, { cwd: ROOT, env, stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
