import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLine } from "#policy/check.ts";
import { type Labelled, rank, readCorpus, readCorpusPolicy, show } from "./corpus.ts";

const policy = readCorpusPolicy();
const documented = [...readCorpus("kubectl"), ...readCorpus("terraform")];
const attacks = readCorpus("adversarial");
const all = [...documented, ...attacks];
// Written when the classifier stood: they hold it, but they do not count in its figures.
const later = readCorpus("later");

type Judged = { line: Labelled; verdict: ReturnType<typeof checkLine> };

function judgeAll(lines: Labelled[]): Judged[] {
  return lines.map((line) => ({ line, verdict: checkLine(line.input, policy) }));
}

function list(judged: Judged[]): string {
  return judged
    .map(({ line, verdict }) => {
      const said = verdict.decision === "deny" ? "deny" : verdict.risk;
      return `${show(line.input)}\n  deserves ${line.label} (${line.why})\n  was judged ${said} (${verdict.reasons.join("; ")})`;
    })
    .join("\n");
}

test("the corpus is large enough, and no command is in it twice", () => {
  assert.ok(documented.length >= 520, `${documented.length} documented commands`);
  assert.ok(attacks.length >= 170, `${attacks.length} attacks`);
  const distinct = new Set([...all, ...later].map((line) => JSON.stringify(line.input)));
  assert.equal(distinct.size, all.length + later.length);
});

test("no command is judged below what it deserves", () => {
  const below = judgeAll([...all, ...later]).filter(({ line, verdict }) => rank(verdict) < rank(line.label));
  assert.equal(below.length, 0, `${below.length} below their label:\n${list(below)}`);
});

test("at least 97 % of the commands get exactly the verdict they deserve, at most 3 % more than that", (t) => {
  const judged = judgeAll(all);
  const above = judged.filter(({ line, verdict }) => rank(verdict) > rank(line.label));
  const exact = judged.filter(({ line, verdict }) => rank(verdict) === rank(line.label)).length;
  const share = (count: number) => `${((100 * count) / all.length).toFixed(2)} %`;
  t.diagnostic(
    `${all.length} commands: ${exact} exact (${share(exact)}), ${above.length} over-blocked (${share(above.length)})`,
  );
  assert.ok(exact >= 0.97 * all.length, `${share(exact)} exact, over-blocked are:\n${list(above)}`);
  assert.ok(above.length <= 0.03 * all.length, `${share(above.length)} over-blocked:\n${list(above)}`);
});

test("every verdict carries its reasons, and a refusal no risk", () => {
  for (const { line, verdict } of judgeAll(all)) {
    assert.ok(
      verdict.reasons.length > 0 && verdict.reasons.every((reason) => reason.length > 3),
      show(line.input),
    );
    assert.equal(verdict.decision === "deny", verdict.risk === null, show(line.input));
  }
});

test("a verdict takes less than 0.2 ms", (t) => {
  // Time on the processor, in the best of some rounds: what else the machine does must not decide this.
  const rounds = Array.from({ length: 4 }, () => {
    const start = process.cpuUsage();
    judgeAll(all);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000 / all.length;
  });
  const mean = Math.min(...rounds);
  t.diagnostic(`${mean.toFixed(4)} ms a verdict`);
  assert.ok(mean < 0.2, `${mean.toFixed(4)} ms`);
});
