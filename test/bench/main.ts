// npm run bench -- [CHANGES]: what one change of five steps takes, beside the simplest program for the same job. --record
// writes the counts down as the ceilings that `npm test` holds a change to; --counts prints them as JSON.
import { writeFile } from "node:fs/promises";
import { bench } from "./bench.ts";
import { CEILINGS, countsOf } from "./ceilings.ts";
import type { Figures } from "./measure.ts";

const [, , word = "20"] = process.argv;

if (word === "--counts" || word === "--record") {
  const { greenlight } = await bench({ warm: 1, changes: 2, plain: false });
  const counts = JSON.stringify(countsOf(greenlight), null, 2);
  if (word === "--record") await writeFile(CEILINGS, `${counts}\n`);
  process.stdout.write(`${counts}\n`);
} else {
  const { greenlight, plain } = await bench({ warm: 3, changes: Number(word), plain: true });
  process.stdout.write(`${table(greenlight, plain)}\n`);
}

function table(greenlight: Figures, plain: Figures | null): string {
  const rows: [string, keyof Figures][] = [
    ["statements", "statements"],
    ["commits", "commits"],
    ["processes spawned", "processes"],
    ["WAL, KB", "walKb"],
    ["CPU of the bot, ms", "bot"],
    ["CPU of the database, ms", "database"],
    ["CPU of the commands, ms", "children"],
    ["from request to done, ms (median)", "ms"],
  ];
  const line = (what: string, ...cells: string[]) =>
    [what.padEnd(36), ...cells.map((cell) => cell.padStart(12))].join("");
  const cell = (figures: Figures | null, key: keyof Figures) => figures?.[key]?.toFixed(0) ?? "-";
  return [
    line("one change of five steps", "Greenlight", "plain"),
    ...rows.map(([what, key]) => line(what, cell(greenlight, key), cell(plain, key))),
  ].join("\n");
}
