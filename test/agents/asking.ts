import pino from "pino";
import { createAsk } from "#agents/claude.ts";
import type { PlannerLooks } from "#agents/looks.ts";
import { planChange } from "#agents/planner.ts";
import type { Asking, Most } from "#agents/question.ts";
import { ASK_PACE, type AskPace } from "#agents/retries.ts";
import { reviewOutcome } from "#agents/reviewer.ts";
import type { AskSettings } from "#agents/tries.ts";
import type { MadeCall } from "#change/model/call.ts";
import type { ModelStandIn } from "#playground/model/model.ts";

/** The model the tests ask for. */
export const MODEL = "claude-sonnet-5-5";

/** The real pace with pauses so many times shorter. What calls may take stays long: a busy machine takes it too. */
export function quicker(times: number, more: Partial<AskPace> = {}): AskPace {
  const { planner, reviewer } = ASK_PACE.pausesMs;
  const shorter = (ms: number): number => ms / times;
  return {
    ...ASK_PACE,
    pausesMs: { planner: planner.map(shorter), reviewer: reviewer.map(shorter) },
    ...more,
  };
}

/** What a test may set. */
type Options = Partial<AskSettings> & {
  request?: string;
  looks?: Partial<PlannerLooks>;
  userId?: string;
  pace?: AskPace;
  pause?: AbortSignal;
  stop?: AbortSignal;
};

/** An answer under way, every try of it, and what was logged. */
type Asked<Answer> = { asking: Answer; tries: (Most & MadeCall)[]; logged: Record<string, unknown>[] };

/** Asks the Planner through the real SDK. */
export function askPlanner(model: ModelStandIn, options: Options = {}): Asked<ReturnType<typeof planChange>> {
  const { ask, asking, tries, logged } = prepare(model, options);
  const { request = "scale payment-api to 5 replicas in production" } = options;
  const nothing = () => Promise.reject(new Error("nothing is looked at here"));
  const input = {
    request,
    answers: [],
    requestedChanges: [],
    previous: null,
    refused: null,
    environments: [],
    workspace: [],
    mayAskFor: [],
    looks: {
      earlier: [],
      make: nothing,
      read: nothing,
      ...options.looks,
    },
  };
  return { asking: planChange(ask, input, asking), tries, logged };
}

/** Asks the Reviewer about one step that went well. */
export function askReviewer(
  model: ModelStandIn,
  options: Options = {},
): Asked<ReturnType<typeof reviewOutcome>> {
  const { ask, asking, tries, logged } = prepare(model, options);
  const step = { step: 1, argv: ["kubectl", "get", "pods"], direction: "forward", outcome: "done" } as const;
  const log = { head: [], tail: [], omitted: 0 };
  const steps = [{ ...step, argv: [...step.argv], exit_code: 0, error: null, log }];
  const plan = { summary: "", plan: [], risk_level: "low" as const, risk_reason: "", questions: [] };
  const may = ["approved", "needs_human"] as const;
  const said = { answers: [], requestedChanges: [] };
  const input = { request: "show the pods", ...said, plan, steps, facts: [], may };
  return { asking: reviewOutcome(ask, input, asking), tries, logged };
}

/** The door to the model, every try that is booked at it, and what is logged. */
export function prepare(model: ModelStandIn, options: Options) {
  const { request: _1, looks: _2, userId = "u", pace = quicker(1_000), pause, stop, ...settings } = options;
  const tries: (Most & MadeCall)[] = [];
  const logged: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const ask = createAsk(
    {
      ...{ apiKey: model.apiKey, baseUrl: model.baseUrl, model: MODEL, log, redact: (text) => text },
      effort: { planner: "medium", reviewer: "low" },
      ...settings,
    },
    pace,
  );
  const never = new AbortController().signal;
  const asking: Asking = {
    changeId: "c",
    signals: { pause: pause ?? stop ?? never, stop: stop ?? never },
    book: async (most) => ({
      ...{ ok: true, userId },
      settle: async (made) => void tries.push({ ...most, ...made }),
    }),
  };
  return { ask, asking, tries, logged };
}

/** The tokens of everything that was sent: what a cache took or held is read too. */
export function readTokens(made: MadeCall | undefined): number {
  return made === undefined ? 0 : made.inputTokens + made.cacheReadTokens + made.cacheWriteTokens;
}
