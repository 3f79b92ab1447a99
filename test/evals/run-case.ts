import type { Change } from "#change/change.ts";
import type { Question } from "#change/planning/question.ts";
import type { Case } from "./case.ts";
import type { Happened } from "./judge.ts";
import { askAs, NotTaken, personOf } from "./person.ts";
import type { Stage } from "./stage.ts";

/** What came of a case, and what it took. */
export type Ran = Happened & { took: { seconds: number; looks: number; calls: number; tokens: number } };

/** Nobody answers oftener. */
const MOST_ROUNDS = 6;
const RESTS = [
  "asking",
  "waiting",
  "needs_person",
  "done",
  "failed",
  "expired",
  "rolled_back",
  "planned",
  "answered",
  "accepted",
] as const;
const BEN = personOf("ben");
const CLEO = personOf("cleo");

/** Asks, answers from the case, approves what waits, and rolls back what was done. */
export async function runCase({ program, one, world }: Stage): Promise<Ran> {
  const before = await world();
  const began = performance.now();
  const questions: Question[] = [];
  let change: Change;
  try {
    change = await program.until(await askAs(program, one.asks, one.request), ...RESTS);
  } catch (error) {
    if (!(error instanceof NotTaken)) throw error;
    return { ...NOTHING, said: error.message, before, after: before, took: await tookOf(began, null) };
  }
  for (
    let round = 0;
    round < MOST_ROUNDS && (change.status === "asking" || change.status === "waiting");
    round += 1
  ) {
    if (change.status === "asking") questions.push(...openQuestions(change));
    change = await answer(program, one, change);
  }
  const after = await world();
  const took = await tookOf(began, change);
  const rolledBack = await rollBack({ program, one, world }, change);
  const steps = await program.app.changes.steps(change.id);
  return {
    status: change.status,
    said: await saidOf({ program, one }, change),
    questions,
    risk: change.risk,
    ran: steps
      .filter(({ direction, outcome }) => direction === "forward" && outcome !== "running")
      .map(({ argv, step }) => ({ argv: asPlanned(argv), changes: change.stepRisks[step - 1] !== "low" })),
    looked: await looksOf(change.id),
    ...{ before, after, rolledBack, took },
  };

  async function tookOf(since: number, of: Change | null): Promise<Ran["took"]> {
    const seconds = (performance.now() - since) / 1_000;
    if (of === null) return { seconds, looks: 0, calls: 0, tokens: 0 };
    const { rows } = await program.app.database.query<{ calls: number; tokens: number }>(
      "select count(*)::int as calls, coalesce(sum(input_tokens + output_tokens + cache_read_tokens + cache_write_tokens), 0)::int as tokens from model_calls where change_id = $1",
      [of.id],
    );
    const looks = (await looksOf(of.id)).length;
    return { seconds, looks, ...(rows[0] ?? { calls: 0, tokens: 0 }) };
  }

  async function looksOf(id: string): Promise<string[][]> {
    const { rows } = await program.app.database.query<{ argv: string[] }>(
      "select argv from looks where change_id = $1 order by revision, number",
      [id],
    );
    return rows.map(({ argv }) => argv);
  }
}

/** Without what Greenlight itself adds from what it saw: a count of before is no word of the plan. */
function asPlanned(argv: readonly string[]): string[] {
  return argv.filter((word) => !/^--(?:current-replicas|context)=/.test(word));
}

const NOTHING = { status: "failed", questions: [], risk: null, ran: [], looked: [], rolledBack: null };

function openQuestions({ decisions }: Change): Question[] {
  const open = decisions.findLast(({ gate }) => gate === "answers");
  return open?.questions ?? [];
}

/** What waits is approved by whoever may, so that a plan counts by what it does. */
async function answer(program: Stage["program"], one: Case, change: Change): Promise<Change> {
  if (change.status === "asking") {
    const answers = openQuestions(change).map(({ text }) => answerFor(one, text));
    await program.decide(change, "answered", { answers, by: personOf(one.asks.person) });
  } else {
    const by = one.asks.person === "ben" ? CLEO : BEN;
    const decided = await program.decide(change, "approve", { by, reason: "It is what the case asks for." });
    if (decided.kind !== "decided" && decided.kind !== "counted") throw new Error(JSON.stringify(decided));
    if (decided.kind === "counted")
      await program.decide(change, "approve", { by: CLEO, reason: "It is what the case asks for." });
  }
  const { id, decisions } = change;
  for (;;) {
    const next = await program.until(id, ...RESTS);
    const isAskedAnew = next.decisions.length > decisions.length;
    if ((next.status !== "asking" && next.status !== "waiting") || isAskedAnew) return next;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answerFor({ answers }: Case, question: string): string {
  const asked = question.toLowerCase();
  const given = answers.given.find(({ about }) => about.some((word) => asked.includes(word.toLowerCase())));
  return given?.say ?? answers.otherwise;
}

async function rollBack(
  { program, one, world }: Pick<Stage, "program" | "one" | "world">,
  change: Change,
): Promise<Happened["rolledBack"]> {
  if (change.status !== "done" || one.restores === "none") return null;
  const asked = await program.app.changes.askRollback(change.id, BEN);
  if (asked.kind !== "accepted") return null;
  const back = await program.until(asked.change.id, ...RESTS);
  if (back.status === "waiting") await program.decide(back, "approve", { by: CLEO, reason: "Back again." });
  await program.until(asked.change.id, "done", "failed", "needs_person", "expired", "rolled_back");
  return world();
}

/** All that was told of it: summary, verdict, why it ended, and what its steps that read printed. */
async function saidOf({ program }: Pick<Stage, "program" | "one">, change: Change): Promise<string> {
  const steps = await program.app.changes.steps(change.id);
  const logs = await Promise.all(
    steps.map(async (key) => {
      const { head, tail } = await program.app.changes.logs(
        { ...key, changeId: change.id },
        { head: 200, tail: 50 },
      );
      return [...head, ...tail].map((line) => (typeof line === "string" ? line : line.text));
    }),
  );
  return [
    change.answer?.text,
    change.plan?.summary,
    change.review?.notes,
    change.error,
    change.refusedPlan?.reason,
    ...logs.flat(),
  ]
    .filter((text) => typeof text === "string")
    .join("\n");
}
