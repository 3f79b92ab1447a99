// npm run faults -- NAME [SIZE] [SEED]: the long runs against faults; `npm test` runs a small share of them.
import { runs } from "./runs.ts";
import { startServer } from "./server.ts";

const [, , name = "", size, seed = "1"] = process.argv;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const run = runs[name];
if (run === undefined) {
  for (const [known, { full, of }] of Object.entries(runs))
    say(`${known} SIZE SEED   in full: ${full} ${of}`);
  process.exitCode = 2;
} else {
  const began = Date.now();
  const server = await startServer();
  try {
    const isClean = await run.go(server, { size: Number(size ?? run.full), seed: Number(seed), say });
    process.exitCode = isClean ? 0 : 1;
  } finally {
    await server.stop();
    say(`${Math.round((Date.now() - began) / 1_000)} s`);
  }
}
