import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createState } from "#playground/cluster/file.ts";
import { runKubectl } from "#playground/cluster/run.ts";
import type { Case } from "./case.ts";
import { clusterOf } from "./cluster.ts";
import { readCases } from "./read-cases.ts";

const CASES = readCases("open").filter(({ seed }) => seed.troubles.length > 0);

/** What `get pods` says of a trouble: how many are ready, and kubectl's word. */
const SHOWN = {
  CrashLoopBackOff: /^0\/1 +CrashLoopBackOff +[1-9]/,
  CreateContainerConfigError: /^0\/1 +CreateContainerConfigError +0/,
  ImagePullBackOff: /^0\/1 +ImagePullBackOff +0/,
  OOMKilled: /^0\/1 +CrashLoopBackOff +[1-9]/,
  Unready: /^0\/1 +Running +0/,
};

describe("the troubles of a case", () => {
  let dir = "";
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "troubles-"));
  });
  after(() => rm(dir, { recursive: true }));

  for (const one of CASES)
    it(`${one.id}: they show, with what was told and printed`, async () => {
      const kubectl = await clusterFor(dir, one);
      for (const { of, is, message } of one.seed.troubles) {
        const [namespace = "", , name = ""] = of.split("/");
        const rows = await podsOf(kubectl, namespace, name);
        assert.ok(
          rows.some((row) => SHOWN[is].test(row)),
          `${of} is ${is}: ${rows.join("\n")}`,
        );
        const events = await kubectl(`get events -n ${namespace}`);
        if (message !== undefined) assert.ok(events.includes(message), events);
      }
    });

  for (const one of CASES.filter(({ right }) => right.length > 0))
    it(`${one.id}: they go away by a right way`, async () => {
      const kubectl = await clusterFor(dir, one);
      for (const line of one.right) await kubectl(line.replace("kubectl ", ""));
      for (const { of } of one.seed.troubles) {
        const [namespace = "", , name = ""] = of.split("/");
        await kubectl(`rollout status deployment/${name} -n ${namespace} --timeout=10s`);
        const rows = await podsOf(kubectl, namespace, name);
        assert.deepEqual(
          rows.filter((row) => !/^1\/1 +Running/.test(row)),
          [],
        );
      }
    });
});

type Kubectl = (line: string) => Promise<string>;

async function clusterFor(dir: string, one: Case): Promise<Kubectl> {
  const stateFile = join(dir, `${one.id}-${Math.random()}.json`);
  await createState(stateFile, clusterOf(one.seed, Date.now()));
  return async (line) => {
    const said = { out: "", err: "" };
    const code = await runKubectl(stateFile, line.split(" "), {
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
      readsFiles: false,
      signal: new AbortController().signal,
    });
    assert.equal(code, 0, `kubectl ${line}: ${said.err}`);
    return said.out;
  };
}

/** The rows of its pods, from READY on. */
async function podsOf(kubectl: Kubectl, namespace: string, name: string): Promise<string[]> {
  const table = await kubectl(`get pods -l app=${name} -n ${namespace} --no-headers`);
  return table
    .trim()
    .split("\n")
    .map((row) => row.replace(/^\S+ +/, ""));
}
