import type { Fact } from "#change/fact.ts";
import type { Direction, LogExcerpt, Outcome } from "#change/journal.ts";
import type { Plan } from "#change/plan.ts";
import type { AnsweredQuestion } from "#change/planning/question.ts";
import type { ReviewResult } from "#change/verdict.ts";
import { excerptOf } from "./excerpt.ts";
import { cutStart, shareOut, sizeOf } from "./fit.ts";

/** What the Reviewer is told of one step. `error` is why it failed, as Greenlight reads it; `log` what it printed, redacted. */
export type ReviewedStep = {
  step: number;
  argv: string[];
  direction: Direction;
  outcome: Outcome;
  exit_code: number | null;
  error: string | null;
  log: LogExcerpt;
};

/** All that there is to tell. */
export type Reviewed = {
  request: string;
  /** What was said since: answers to the Planner's questions, and the changes of the plan that people asked for, the oldest first. */
  answers: readonly AnsweredQuestion[];
  requestedChanges: readonly string[];
  plan: Plan;
  steps: readonly ReviewedStep[];
  facts: readonly Fact[];
  may: readonly ReviewResult[];
};

/** In characters as they are sent. Twenty steps that printed much came to 1.06 million tokens, and there was no verdict. */
const WHOLE = 24_000;
const STEP = 3_000;
const REQUEST = 3_000;
const SAID = 300;
const MOST_SAID = 5;
const SUMMARY = 600;
const DESCRIPTION = 120;
const FACTS = 5_000;
const FACT = 400;
/** A step without its words and its log. */
const BARE = 160;
/** The least a word of a command is worth showing with. */
const WORD = 12;
/** More attempts than any run makes that goes on by itself. */
const MOST_STEPS = 40;
/** The names of what stands around the parts, and the tags. */
const AROUND = 600;

/** What is told: request with what was said of it since, plan, facts, and of each step how it ended with the most telling of what it printed. */
export function reviewerPrompt({ plan, steps, facts, may, ...asked }: Reviewed): object {
  const told = {
    ...askedWithin(asked),
    plan: {
      summary: cutStart(plan.summary, SUMMARY),
      steps: plan.plan.map(({ step, description }) => ({
        step,
        description: cutStart(description, DESCRIPTION),
      })),
    },
    ...factsWithin(facts),
    may,
  };
  const shown = steps.slice(-MOST_STEPS);
  const left = steps.length - shown.length;
  return {
    ...told,
    steps: stepsWithin(shown, WHOLE - AROUND - sizeOf(told)),
    ...(left === 0 ? {} : { earlier_attempts_left_out: left }),
  };
}

/** After "use 4 instead" the request alone says 5, and a good outcome would look wrong. The newest count most. */
function askedWithin({
  request,
  answers,
  requestedChanges,
}: Pick<Reviewed, "request" | "answers" | "requestedChanges">): object {
  const said = answers.slice(-MOST_SAID).map(({ question, answer }) => ({
    question: cutStart(question, SAID),
    answer: cutStart(answer, SAID),
  }));
  const changes = requestedChanges.slice(-MOST_SAID).map((change) => cutStart(change, SAID));
  return {
    request: cutStart(request, REQUEST),
    ...(said.length === 0 ? {} : { answers: said }),
    ...(changes.length === 0 ? {} : { then_asked_for: changes }),
  };
}

/** What is not good first: that decides. */
function factsWithin(facts: readonly Fact[]): { facts: object[]; facts_left_out?: number } {
  const order = [
    ...facts.filter(({ state }) => state !== "good"),
    ...facts.filter(({ state }) => state === "good"),
  ];
  const kept: object[] = [];
  let room = FACTS;
  for (const { step, target, state, says } of order) {
    const fact = { step, target: cutStart(target, FACT / 2), state, says: cutStart(says, FACT) };
    room -= sizeOf(fact) + 1;
    if (room < 0) break;
    kept.push(fact);
  }
  const left = order.length - kept.length;
  return left === 0 ? { facts: kept } : { facts: kept, facts_left_out: left };
}

function stepsWithin(steps: readonly ReviewedStep[], room: number): object[] {
  const told = steps.map((step) => stepWithin(step, STEP));
  const shares = shareOut(
    told.map((one) => sizeOf(one) + 1),
    room,
  );
  return told.map((one, index) => {
    const [step, share] = [steps[index], (shares[index] ?? 0) - 1];
    return step === undefined || sizeOf(one) <= share ? one : stepWithin(step, share);
  });
}

/** One step: a third each at most for its command and its error, the rest for what it printed. */
function stepWithin(one: ReviewedStep, room: number): object {
  const { step, argv, direction, outcome, exit_code, error, log } = one;
  const third = Math.floor(Math.max(0, room - BARE) / 3);
  const head = {
    ...{ step, argv: argvWithin(argv, third), direction, outcome, exit_code },
    error: error === null ? null : cutStart(error, third),
  };
  return { ...head, ...excerptOf(log, outcome !== "done", room - sizeOf(head)) };
}

/** Its first words: tool, verb and what is meant stand there. */
function argvWithin(argv: readonly string[], room: number): string[] {
  const most = Math.max(1, Math.floor(room / WORD));
  const words = argv.slice(0, most);
  const shares = shareOut(
    words.map((word) => sizeOf(word) + 1),
    room,
  );
  const shown = words.map((word, index) => cutStart(word, (shares[index] ?? 0) - 1));
  const left = argv.length - words.length;
  return left === 0 ? shown : [...shown, `…${left} more words`];
}
