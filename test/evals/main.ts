import { parseArgs } from "node:util";
import { z } from "zod";
import type { Case } from "./case.ts";
import { judge, whatWasDone } from "./judge.ts";
import { readCases } from "./read-cases.ts";
import { planRight } from "./right.ts";
import { runCase } from "./run-case.ts";
import { setStage } from "./stage.ts";
import { type Tried, tableOf } from "./table.ts";

const Options = z.object({
  half: z.enum(["open", "kept", "both"]).default("open"),
  kind: z.string().optional(),
  case: z.string().optional(),
  runs: z.coerce.number().int().min(1).default(1),
  "at-once": z.coerce.number().int().min(1).default(2),
  /** `right`: each plan is the case's own right way, so that the harness and the program are tried without a model. */
  planner: z.enum(["model", "right"]).default("model"),
  /** A real model's name; its key is ANTHROPIC_API_KEY. Without it the stand-in answers. */
  model: z.string().optional(),
});

/** Runs cases against the whole program and prints what came of them: `npm run eval -- --half open --kind misspelt`. */
async function main(): Promise<void> {
  const names = Object.keys(Options.shape);
  const { values } = parseArgs({
    options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
  });
  const options = Options.parse(values);
  const cases = readCases(options.half).filter(
    ({ id, kind, right }) =>
      kind === (options.kind ?? kind) &&
      id === (options.case ?? id) &&
      (options.planner === "model" || right.length > 0),
  );
  const queue = Array.from({ length: options.runs }, () => cases).flat();
  const tries: Tried[] = [];
  const next = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift())
      tries.push(await tryCase(one, options));
  };
  await Promise.all(Array.from({ length: options["at-once"] }, next));
  const who = options.planner === "right" ? "the right ways" : (options.model ?? "the playground's stand-in");
  process.stdout.write(`\n${who}, ${options.half}, ${options.runs} of each\n\n${tableOf(tries)}\n`);
}

async function tryCase(one: Case, { model, planner }: z.infer<typeof Options>): Promise<Tried> {
  const stage = await setStage(one, model === undefined ? {} : realModel(model));
  try {
    if (planner === "right") planRight(stage);
    const ran = await runCase(stage);
    const failed = judge(one, ran);
    const isNeedlessQuestion = whatWasDone(ran) === "ask" && one.must !== "ask" && !one.or.includes("ask");
    const said = failed.map(({ line, found }) => `  ${line}: ${found}`).join("\n");
    process.stdout.write(
      `${failed.length === 0 ? "passed" : "FAILED"} ${one.kind}/${one.id}\n${said === "" ? "" : `${said}\n`}`,
    );
    return { id: one.id, kind: one.kind, failed, isNeedlessQuestion, took: ran.took };
  } finally {
    await stage.close();
  }
}

/** The service's own address stands in the place of the stand-in's. */
function realModel(name: string): { [variable: string]: string } {
  const key = process.env["ANTHROPIC_API_KEY"];
  if (key === undefined) throw new Error("--model needs ANTHROPIC_API_KEY, the key of the model's service.");
  return { GREENLIGHT_MODEL: name, ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: "https://api.anthropic.com" };
}

await main();
process.exit(0);
