import { type Change, type ChangeStatus, type Decision, type Gate, isEnded } from "#change/change.ts";
import type { Question } from "#change/planning/question.ts";
import type { RunSignals } from "#change/run-signals.ts";
import { applyDecision } from "#graph/apply-decision.ts";
import { type ChangeGraph, TOUCHING } from "#graph/graph.ts";
import { type GraphState, initialState } from "#graph/state.ts";
import { findAnswer } from "#store/decisions.ts";
import type { Database } from "#store/postgres/database.ts";
import { parkedAt } from "./parked.ts";

/** Where a thread waits for the answer of each gate. */
const nodeOf = { answers: "awaitAnswers", approval: "awaitApproval", operator: "awaitOperator" } as const;

/** Where a thread came to rest. */
export type RunResult =
  | {
      at: "gate";
      gate: Gate;
      interruptId: string;
      revision: number;
      digest: string;
      notes: string | null;
      questions?: readonly Question[];
    }
  | { at: "blocked" }
  | { at: "end"; status: ChangeStatus; error: string | null };

/**
 * Carries a change on from where its checkpoint stands until it rests: at a question nobody has answered yet, behind a
 * change that holds what it would touch (`takeTargets` says false), or at its end. This is the resume rule
 * (docs/architecture.md): a decision goes in only while the thread is parked at the very interrupt it was asked for; from any
 * other place an updateState would run the plan again (measured).
 */
export async function carryOn(
  graph: ChangeGraph,
  database: Database,
  change: Change,
  { pause }: RunSignals,
  takeTargets: () => Promise<boolean>,
): Promise<RunResult> {
  // Its thread may be parked anywhere: what ended is not carried on, whatever stands there.
  if (isEnded(change.status)) return { at: "end", status: change.status, error: null };
  const config = { configurable: { thread_id: change.id } };
  // No signal of ours: see runs.ts.
  const run = {
    ...config,
    durability: "sync" as const,
    runName: "change",
    metadata: { change_id: change.id },
  };
  for (;;) {
    const snapshot = await graph.getState(config);
    // No checkpoint yet: invoke(null) would throw, and an input given to a parked thread would start it anew.
    if (snapshot.config.configurable?.["checkpoint_id"] === undefined) {
      pause.throwIfAborted();
      await graph.invoke(initialState(change.request, change.planOnly, change.revision), run);
      continue;
    }
    const state = toState(snapshot.values);
    const [task] = snapshot.tasks;
    // Not by `next`: a crash between a node's writes and its checkpoint leaves a task that `next` no longer names.
    if (task === undefined) return ended(state);
    const parked = parkedAt(snapshot);
    if (parked !== null) {
      const answer = await answerTo(database, change.id, parked);
      if (answer === null) return atGate(state, parked);
      await graph.updateState(config, applyDecision(state, answer), nodeOf[parked.gate]);
      continue;
    }
    pause.throwIfAborted();
    const touches = snapshot.next.some((node) => TOUCHING.some((one) => one === node));
    if (touches && !(await takeTargets())) return { at: "blocked" };
    await graph.invoke(null, run);
  }
}

type Parked = NonNullable<ReturnType<typeof parkedAt>>;

/** The answer to the very question the thread is parked at; null while there is none. */
async function answerTo(database: Database, changeId: string, parked: Parked): Promise<Decision | null> {
  const answer = await findAnswer(database, changeId, parked.interruptId);
  if (answer === null) return null;
  if (answer.revision !== parked.revision || answer.digest !== parked.digest || answer.gate !== parked.gate)
    throw new Error(`The answer about ${changeId} is to another revision than the thread is parked at.`);
  return answer;
}

function atGate(state: GraphState, parked: Parked): RunResult {
  const questions = parked.gate === "answers" ? (state.talk.asked?.questions ?? []) : [];
  return { at: "gate", ...parked, notes: state.reviewNotes, questions };
}

/** The checkpointer's values are untyped; they are what our own nodes returned. */
export function toState(values: unknown): GraphState {
  return values as GraphState;
}

/** How a thread that is at its end came to it. */
export function ended(state: GraphState): RunResult {
  if (state.error !== null) {
    const status = state.executionStatus === "expired" ? "expired" : "failed";
    return { at: "end", status, error: state.error };
  }
  if (state.isAnswered) return { at: "end", status: "answered", error: null };
  if (state.planOnly) return { at: "end", status: "planned", error: null };
  if (state.executionStatus === "rolled_back") return { at: "end", status: "rolled_back", error: null };
  if (state.decision?.answer === "reject") return { at: "end", status: "rejected", error: null };
  // Who and why stand in the row.
  if (state.decision?.answer === "cancel") return { at: "end", status: "cancelled", error: null };
  if (state.decision?.answer === "expire") return { at: "end", status: "expired", error: null };
  if (state.decision?.answer === "accept") return { at: "end", status: "accepted", error: null };
  if (state.reviewResult === "approved") return { at: "end", status: "done", error: null };
  return { at: "end", status: "failed", error: "The thread ended without a verdict. Look at its journal." };
}
