import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { readState } from "#playground/cluster/file.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import type { Case } from "./case.ts";
import { clusterOf, objectsOf, podsOf } from "./cluster.ts";
import { askAs } from "./person.ts";
import type { RootState, World } from "./world.ts";

/** The program as a case finds it: its rules, cluster, workspace and what Greenlight did before. */
export type Stage = { program: Program; one: Case; world(): Promise<World>; close(): Promise<void> };

const POLICY = join(import.meta.dirname, "policy.yml");

/** Sets the stage for one case, on a database and a data directory of its own. `env` may name a real model. */
export async function setStage(one: Case, env: { [name: string]: string }): Promise<Stage> {
  const rules = { ...parse(await readFile(POLICY, "utf8")), ...one.policy };
  const program = await startProgram(env, { policy: stringify(rules), looks: true });
  try {
    await layOut(program, one);
    // Without its troubles: what was done before ended well.
    await putCluster(program, { ...one, seed: { ...one.seed, troubles: [] } });
    await actBefore(program, one);
    // Anew: what was done before left traces that the case's own objects do not have.
    await putCluster(program, one);
  } catch (cause) {
    await program.close();
    throw new Error(`The stage of ${one.id} could not be set.`, { cause });
  }
  return { program, one, world: () => worldOf(program, one), close: () => program.close() };
}

function placesOf({ config }: Program): { stateFile: string; workspace: string } {
  const sample = join(config.dataDir, "sample");
  return { stateFile: join(sample, "cluster", "cluster.json"), workspace: join(sample, "sample-workspace") };
}

async function layOut(program: Program, { seed }: Case): Promise<void> {
  const { workspace } = placesOf(program);
  if (seed.begins === "bare") await rm(workspace, { recursive: true });
  await mkdir(workspace, { recursive: true });
  for (const [path, text] of Object.entries(seed.files)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
}

/** What was done before is done by the program itself, so that history, states and locks are as it leaves them. */
async function actBefore(program: Program, { seed }: Case): Promise<void> {
  for (const { root, vars } of seed.applied) {
    const args = Object.entries(vars).map(([name, value]) => `-var=${name}=${value}`);
    const step = { tool: "terraform", args: ["apply", "-input=false", "-auto-approve", ...args], dir: root };
    await act(program, "ana", `apply ${root}`, { ...planOf([]), plan: [{ ...STEP, ...step }] });
  }
  for (const { by, request, commands, hoursAgo } of seed.changes) {
    const lines = commands.map((line): [string, null] => [line.replace(/^kubectl /, ""), null]);
    const id = await act(program, by, request, planOf(lines));
    const ago = `${hoursAgo} hours`;
    await program.app.database.query(
      "update changes set created_at = created_at - $2::interval, updated_at = updated_at - $2::interval where id = $1",
      [id, ago],
    );
  }
  await program.releaseTargets();
}

const STEP = { step: 1, description: "before", risk: "high", rollback: null };

async function act(
  program: Program,
  by: Case["asks"]["person"],
  request: string,
  plan: object,
): Promise<string> {
  program.model.script([
    { agent: "planner", json: plan },
    { agent: "reviewer", json: { result: "approved", notes: "As asked for." } },
  ]);
  const asked = await askAs(program, { person: by, channel: "infra" }, request);
  const waiting = await program.until(asked, "waiting", "done", "failed");
  if (waiting.status === "waiting") await program.decide(waiting, "approve", { reason: "before the case" });
  const done = await program.until(asked, "done", "failed", "needs_person");
  if (done.status !== "done") throw new Error(`${request}: ${done.status}, ${done.error}`);
  return asked;
}

async function putCluster(program: Program, { seed }: Case): Promise<void> {
  const { stateFile } = placesOf(program);
  const draft = `${stateFile}.case`;
  await writeFile(draft, JSON.stringify(clusterOf(seed, Date.now())));
  await rename(draft, stateFile);
}

/** All that stands now. Pods are those that are there once everything has come up. */
async function worldOf(program: Program, one: Case): Promise<World> {
  const { stateFile, workspace } = placesOf(program);
  const state = await readState(stateFile);
  const named = one.ends.flat().flatMap((check) => ("root" in check ? [check.root] : []));
  const roots = new Set([...named, ...one.seed.applied.map(({ root }) => root)]);
  const states = [...roots].map(
    async (root): Promise<[string, RootState]> => [
      root,
      await rootState(join(workspace, root, "terraform.tfstate")),
    ],
  );
  return {
    objects: objectsOf(state),
    pods: podsOf(state, Date.now() + 60_000),
    roots: new Map(await Promise.all(states)),
  };
}

type StateFile = {
  resources?: {
    type: string;
    name: string;
    instances: { index_key?: string | number; attributes: object }[];
  }[];
  outputs?: Record<string, { value: unknown }>;
};

/** A state of version 4, which is what terraform 1.11 writes. No file, or an empty one, is a state of nothing. */
async function rootState(file: string): Promise<RootState> {
  const text = await readFile(file, "utf8").catch(() => "");
  const state: StateFile = text === "" ? {} : JSON.parse(text);
  const resources = (state.resources ?? []).flatMap(({ type, name, instances }) =>
    instances.map(({ index_key: key, attributes }): [string, Readonly<Record<string, unknown>>] => [
      key === undefined ? `${type}.${name}` : `${type}.${name}[${JSON.stringify(key)}]`,
      plainAttributes(attributes),
    ]),
  );
  const outputs = Object.entries(state.outputs ?? {}).map(([name, { value }]) => [name, value]);
  return { resources: new Map(resources), outputs: Object.fromEntries(outputs) };
}

/** An attribute of any type lies in the file with its type beside it; `show -json` prints the value alone. */
function plainAttributes(attributes: object): Readonly<Record<string, unknown>> {
  const plain = (value: unknown): unknown =>
    typeof value === "object" && value !== null && "value" in value && "type" in value ? value.value : value;
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, plain(value)]));
}
