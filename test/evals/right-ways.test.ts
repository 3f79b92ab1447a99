import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse, stringify } from "yaml";
import { maxRisk, type Risk } from "#change/plan.ts";
import { createState, readState } from "#playground/cluster/file.ts";
import { runKubectl } from "#playground/cluster/run.ts";
import type { State } from "#playground/cluster/state.ts";
import { checkLine } from "#policy/check.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import type { Case } from "./case.ts";
import { clusterOf, objectsOf, podsOf } from "./cluster.ts";
import { type Failed, judge } from "./judge.ts";
import { readCases } from "./read-cases.ts";
import { isSo, type World } from "./world.ts";

const WORKSPACE = new URL("../../src/playground/sample-workspace", import.meta.url).pathname;
const POLICY: object = parse(readFileSync(join(import.meta.dirname, "policy.yml"), "utf8"));
const RUN = readCases().filter(({ must }) => must === "act" || must === "ask");
const ON_CLUSTER = RUN.filter(({ right }) => right.every((line) => line.startsWith("kubectl ")));

/** What a case has to come to can be had: by commands that the policy allows, on the cluster that it seeds. */
describe("one right way of each case that runs something", () => {
  let dir = "";
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "evals-"));
  });
  after(() => rm(dir, { recursive: true }));

  it("is written down", () => {
    assert.deepEqual(
      RUN.filter(({ right }) => right.length === 0).map(({ id }) => id),
      [],
    );
  });

  it("is allowed by the policy, with no less than the least risk", () => {
    const wrong = RUN.flatMap((one) => {
      const risks = one.right.map((line) => riskOf(one, line));
      // What a manifest holds is not read here.
      const isRead = one.right.every((line) => !line.includes(" -f "));
      const risk = maxRisk(...risks.flatMap((risk) => risk ?? []));
      const isEnough = !isRead || maxRisk(risk, one.risk ?? "low") === risk;
      return risks.includes(null) || !isEnough ? [`${one.id}: ${risks.join(", ")}`] : [];
    });
    assert.deepEqual(wrong, []);
  });

  it("brings about an end state and nothing else, and takes the trouble away", async () => {
    const failed = await Promise.all(ON_CLUSTER.map((one) => tryRight(one, dir)));
    assert.deepEqual(failed.flat(), []);
  });
});

function riskOf(one: Case, line: string): Risk | null {
  const read = parsePolicy(stringify({ ...POLICY, ...one.policy }));
  assert.ok(read.ok);
  return checkLine({ argv: line.split(" ") }, read.policy).risk;
}

/** Runs it on the cluster alone; what nobody says or asks here is taken for right. */
async function tryRight(one: Case, dir: string): Promise<string[]> {
  const stateFile = join(dir, `${one.id}.json`);
  const state = clusterOf(one.seed, Date.now());
  await createState(stateFile, state);
  for (const [path, text] of Object.entries(one.seed.files)) {
    await mkdir(dirname(join(dir, one.id, path)), { recursive: true });
    await writeFile(join(dir, one.id, path), text);
  }
  const start = worldOf(state);
  const said = await run(stateFile, one, join(dir, one.id));
  const end = worldOf(await readState(stateFile));
  const left = one.seed.troubles.filter(({ while: all }) => all.every((check) => isSo(check, start, end)));
  const failed = judge(one, {
    status: "done",
    said: one.mentions.flat().join("\n"),
    questions: one.must === "ask" ? [{ text: one.offers.flat().join(", "), choices: [] }] : [],
    risk: "high",
    ran: one.right.map((line) => ({ argv: line.split(" "), changes: true })),
    looked: [],
    before: start,
    after: end,
    rolledBack: start,
  });
  return [
    ...said,
    ...left.map((trouble) => `${one.id}: ${trouble.of} is ${trouble.is} as before`),
    ...failed.map((line: Failed) => `${one.id}: ${line.line}: ${line.found}`),
  ];
}

async function run(stateFile: string, one: Case, workspace: string): Promise<string[]> {
  const err: string[] = [];
  for (const line of one.right) {
    const own = (path: string) => join(path in one.seed.files ? workspace : WORKSPACE, path);
    const words = line.split(" ").slice(1);
    const argv = words.map((word, index) => (words[index - 1] === "-f" ? own(word) : word));
    const output = { out: () => undefined, err: (text: string) => void err.push(`${one.id}: ${text}`) };
    await runKubectl(stateFile, argv, { ...output, readsFiles: true, signal: new AbortController().signal });
  }
  return err;
}

/** As it stands once all has come up. */
function worldOf(state: State): World {
  return { objects: objectsOf(state), pods: podsOf(state, Date.now() + 60_000), roots: new Map() };
}
