import { ABUSIVE_TEXTS } from "./abusive-texts.ts";
import { randomTexts, renderAll } from "./hostile-render.ts";

/*
 * The long run: `npm run hostile:render`. 100,000 random strings and the abusive texts through every renderer, rich and
 * classic; a seed and a number as arguments run others than the last time. Exits 1 on anything active, hidden or invalid.
 */
const seed = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 100_000);
const begun = Date.now();
const runs = [renderAll(ABUSIVE_TEXTS, 1), renderAll(randomTexts(count, seed), 20)];
for (const { texts, messages, longest, faults } of runs) {
  print(
    `seed ${seed}: ${texts} texts, ${messages} messages, the longest ${longest} characters, ${faults.length} faults`,
  );
  for (const line of faults.slice(0, 20)) print(line);
}
print(`${Math.round((Date.now() - begun) / 1_000)} s`);
process.exitCode = runs.some(({ faults }) => faults.length > 0) ? 1 : 0;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
