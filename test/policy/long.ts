import { growPlans } from "./fuzz-plans.ts";
import { fuzz } from "./fuzz-rounds.ts";

/*
 * The long run: `npm run fuzz`. 1,000,000 inputs and 100,000 plans; a seed as argument runs others than the last time.
 * Exits 1 when a verdict was lowered, an input broke the rules, a grown plan was held back less, or p99 is over 1 ms.
 */
const seed = Number(process.argv[2] ?? 1);
const found = fuzz(1_000_000, seed);
print(
  `seed ${seed}: ${found.inputs} inputs, ${found.crashed.length} crashed, ${found.lowered.length} lowered, ${found.stricter} stricter, mean ${found.meanMs.toFixed(4)} ms, p99 ${found.p99Ms.toFixed(4)} ms`,
);
for (const line of [...found.crashed.slice(0, 20), ...found.lowered.slice(0, 20)]) print(line);
for (const line of found.stricterExamples.slice(0, 20)) print(`stricter: ${line}`);
const { shrunk, refused } = growPlans(100_000, seed);
print(`100000 plans grown: ${shrunk.length} held back less, ${refused} refused`);
for (const line of shrunk.slice(0, 20)) print(line);
const broken = found.crashed.length + found.lowered.length + shrunk.length > 0 || found.p99Ms > 1;
process.exitCode = broken ? 1 : 0;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
