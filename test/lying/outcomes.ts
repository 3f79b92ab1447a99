import assert from "node:assert/strict";
import { ASK_PACE } from "#agents/retries.ts";
import type { Change, ChangeStatus } from "#change/change.ts";
import { type Case, web } from "#test/restoring/case.ts";
import { objectAt, seedCluster } from "#test/restoring/cluster.ts";
import { type Place, placeOf } from "#test/restoring/restore.ts";
import { type Program, planOf, startProgram } from "#test/support/program.ts";
import type { Liar } from "./liars.ts";

/** How a run ends, whatever is said of it, and the states a change may end in then. */
export type OutcomeCase = {
  name: string;
  steps: Case["steps"];
  may: readonly ChangeStatus[];
  /** What stands in the end: the good change that nobody may undo. */
  label?: string;
  /** Before it is approved: what a crash would leave behind. */
  cut?: true;
};

/** The six there are. */
export const OUTCOMES: readonly OutcomeCase[] = [
  {
    name: "all good",
    steps: ["label deployment/web tier=b"],
    may: ["done", "needs_person"],
    label: "b",
  },
  {
    name: "a fact failed",
    steps: ["set image deployment/web web=registry.example/web:missing"],
    may: ["needs_person", "rolled_back"],
  },
  {
    name: "a step failed",
    steps: [
      "set image deployment/web web=registry.example/web:broken",
      "rollout status deployment/web --timeout=1s",
    ],
    may: ["needs_person", "rolled_back"],
  },
  { name: "unknown", steps: ["scale deployment/web --replicas=112"], may: ["needs_person"] },
  { name: "read only", steps: ["get deployments"], may: ["done"] },
  { name: "cut off", steps: ["label deployment/web tier=b"], may: ["needs_person"], cut: true },
];

/** The rules these run under: what is slow is unknown soon. */
const POLICY = `version: 1
deadlines:
  settle_seconds: 3
limits: {replicas: 500}
`;

/** Where they run. The model is asked again at once: an outage is waited out for ten minutes otherwise. */
export async function startLying(): Promise<Place> {
  const askPace = { ...ASK_PACE, pausesMs: { planner: [10], reviewer: [10, 10] } };
  return placeOf(await startProgram({}, { policy: POLICY, askPace }));
}

/** Runs all outcomes at once before one liar, and holds how each ended against what is allowed. */
export async function lie(place: Place, liar: Liar, key: string): Promise<void> {
  const { model } = place.program;
  const runs = await Promise.all(OUTCOMES.map((outcome, index) => ask(place, outcome, `${key}-${index}`)));
  model.failWith(liar.reply);
  try {
    const ends = await Promise.all(runs.map((run) => ended(place.program, run)));
    for (const end of ends) await check(place, liar, end);
  } finally {
    model.failWith(null);
  }
}

type Run = { outcome: OutcomeCase; namespace: string; change: Change };

async function ask(place: Place, outcome: OutcomeCase, namespace: string): Promise<Run> {
  const { program, stateFile, plans } = place;
  await seedCluster(stateFile, namespace, [web()], "create");
  const steps = outcome.steps.map((line): [string, null] => [`${line} -n ${namespace}`, null]);
  const request = `${outcome.name} in ${namespace}`;
  plans.set(request, planOf(steps, outcome.name === "read only" ? "low" : "medium"));
  return { outcome, namespace, change: await program.ask(request) };
}

async function ended(program: Program, run: Run): Promise<Run> {
  const { outcome, change: asked } = run;
  if (asked.status !== "waiting") return run;
  if (outcome.cut === true)
    await program.app.database.query(
      `insert into journal (change_id, revision, step, direction, attempt, argv, dir, lease_epoch)
       values ($1, 1, 1, 'forward', 1, '["kubectl"]', '', 1)`,
      [asked.id],
    );
  await program.decide(asked, "approve");
  const change = await program.until(asked.id, "done", "failed", "needs_person", "rolled_back", "accepted");
  return { ...run, change };
}

async function check(
  { program, stateFile }: Place,
  liar: Liar,
  { outcome, namespace, change }: Run,
): Promise<void> {
  const said = change.review?.notes ?? change.error ?? "";
  const about = `${outcome.name}, and the Reviewer ${liar.name}: ${change.status}, ${said}`;
  assert.ok(outcome.may.includes(change.status), about);
  if (outcome.label !== undefined) {
    assert.deepEqual(await program.ran(change.id), ["forward 1 done"], about);
    const { metadata } = (await objectAt(stateFile, namespace, "deployment/web")) ?? {};
    assert.equal(metadata?.labels?.["tier"], outcome.label, about);
  }
  // Nobody may have more than twenty changes that wait.
  if (change.status === "needs_person") await program.decide(change, "accept");
}
