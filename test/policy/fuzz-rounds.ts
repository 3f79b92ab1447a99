import assert from "node:assert/strict";
import { checkLine } from "#policy/check.ts";
import { splitCommandLine } from "#policy/command-line.ts";
import { rank, readCorpus, readCorpusPolicy, show } from "./corpus.ts";
import { type Input, sayOtherwise, scramble } from "./fuzz.ts";
import { seeded } from "./random.ts";

const policy = readCorpusPolicy();

/** Every command of the corpus that has an argv (a line with a shell operator has none). */
export const argvs: readonly string[][] = [
  ...readCorpus("kubectl"),
  ...readCorpus("terraform"),
  ...readCorpus("adversarial"),
  ...readCorpus("later"),
].flatMap(({ input }) => {
  if ("argv" in input) return [input.argv];
  const split = splitCommandLine(input.cmd);
  return split.ok ? [split.argv] : [];
});

/** What a run found. `lowered` and `crashed` must stay empty; `stricter` counts other words that were held back more than the first ones. */
export type Found = {
  inputs: number;
  lowered: string[];
  stricter: number;
  stricterExamples: string[];
  crashed: string[];
  meanMs: number;
  p99Ms: number;
};

/** Half of the inputs say a known command in other words, half may mean anything. */
export function fuzz(inputs: number, seed: number): Found {
  const random = seeded(seed);
  const found: Found = {
    inputs,
    lowered: [],
    stricter: 0,
    stricterExamples: [],
    crashed: [],
    meanMs: 0,
    p99Ms: 0,
  };
  const floors = argvs.map((argv) => rank(checkLine({ argv }, policy)));
  const times = new Float64Array(inputs);
  for (let index = 0; index < inputs; index++) {
    const which = Math.floor(random() * argvs.length);
    const argv = argvs[which] ?? [];
    const keeps = index % 2 === 0;
    const input = keeps ? sayOtherwise(argv, random) : scramble(argv, random);
    const start = performance.now();
    const held = judged(input, found);
    times[index] = performance.now() - start;
    if (held === null || !keeps) continue;
    const floor = floors[which] ?? 0;
    const change = `${show({ argv })} (${floor}) -> ${show(input)} (${held})`;
    if (held < floor) found.lowered.push(change);
    if (held > floor && found.stricter++ % 97 === 0) found.stricterExamples.push(change);
  }
  times.sort();
  found.meanMs = times.reduce((sum, time) => sum + time, 0) / inputs;
  found.p99Ms = times[Math.floor(inputs * 0.99)] ?? 0;
  return found;
}

function judged(input: Input, found: Found): number | null {
  try {
    const verdict = checkLine(input, policy);
    assert.ok(verdict.reasons.length > 0, "a verdict without a reason");
    assert.equal(
      verdict.decision === "deny",
      verdict.risk === null,
      "a refusal with a risk, or none without",
    );
    const first = "argv" in input ? (input.argv[0] ?? "") : input.cmd.trim();
    const program = "argv" in input ? /^(kubectl|terraform)$/ : /[kt"'\\]/;
    assert.ok(verdict.decision === "deny" || program.test(first), "another program was let through");
    return rank(verdict);
  } catch (fault) {
    found.crashed.push(`${show(input)}: ${String(fault)}`);
    return null;
  }
}
