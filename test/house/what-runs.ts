import { Session } from "node:inspector/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { startProgram } from "#test/support/program.ts";
import { askFor, hasButton, now, press, replies, standIn, waitFor } from "#test/support/slack.ts";

// npm run what-runs: which functions of ours one /infra scale runs, from the typed line over Approve to the verdict. What the
// start runs is not counted, nor are the stand-ins.
const SRC = join(import.meta.dirname, "../../src");

const session = new Session();
session.connect();
await session.post("Profiler.enable");
const program = await startProgram();
try {
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  const slack = standIn(program);
  const card = await askFor(slack, "scale payment-api to 5 replicas in production");
  await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
  await press(slack, slack.users.ben, card, "greenlight:approve");
  await waitFor(() => replies(slack, card).find((reply) => reply.broadcast), "the verdict");
  const { result } = await session.post("Profiler.takePreciseCoverage");
  const ran = new Map<string, number>();
  for (const { url, functions } of result) {
    const file = url.startsWith("file:") ? relative(SRC, fileURLToPath(url)) : "..";
    if (file.startsWith("..") || file.startsWith("playground")) continue;
    // What begins with the file is the module itself.
    const called = functions.filter(
      ({ ranges: [own] }) => own !== undefined && own.startOffset > 0 && own.count > 0,
    );
    if (called.length > 0) ran.set(file, called.length);
  }
  const functions = [...ran.values()].reduce((sum, count) => sum + count, 0);
  const byFolder = Map.groupBy(ran, ([file]) => file.split("/")[0] ?? "");
  for (const [folder, files] of byFolder)
    process.stdout.write(
      `${folder}: ${files.length} files, ${files.reduce((sum, [, count]) => sum + count, 0)} functions\n`,
    );
  process.stdout.write(`All: ${ran.size} files, ${functions} functions\n`);
} finally {
  await program.close();
}
