import type { Agent, Book } from "#agents/question.ts";
import type { UserId } from "#agents/user-id.ts";
import type { MadeCall } from "#change/model/call.ts";
import type { ModelPrices } from "#change/model/prices.ts";
import type { ModelBudget } from "#config/budget.ts";
import { type Allowance, bookModelCall, type Overdrawn, settleModelCall } from "#store/model-calls.ts";
import type { Database } from "#store/postgres/database.ts";

/** Where nobody has said what tokens cost, a dollar is this many of them, in and out alike. */
const TOKENS_PER_DOLLAR = 200_000;
const MILLION = 1_000_000;

type Settings = { modelBudget: ModelBudget; modelPrices: ModelPrices | null };

/** Makes the booking of calls for one change and agent: leave before each try, and what it used after it. */
export function createBookFor(
  database: Database,
  { modelBudget: budget, modelPrices: prices }: Settings,
  userId: UserId,
): (changeId: string, agent: Agent) => Book {
  const allowance = budget === null ? null : allowanceOf(budget, prices);
  return (changeId, agent) => async (most) => {
    const booked = await bookModelCall(database, { changeId, agent, ...most }, allowance);
    if (!booked.ok) return { ok: false, reason: reasonOf(booked.over, budget, prices) };
    return {
      ok: true,
      userId: userId(booked.requesterKey),
      settle: (made: MadeCall) => settleModelCall(database, booked.id, made),
    };
  };
}

/** What is counted, in words for the start. */
export function budgetWords({ modelBudget, modelPrices: prices }: Settings): string {
  if (modelBudget === null) return "without a budget";
  const { change, person, day } = modelBudget;
  return `with a budget of ${amount(change, prices)} a change, ${amount(person, prices)} a person and day, ${amount(day, prices)} a day`;
}

/** In millionths of a dollar with prices, in tokens without. */
function allowanceOf(
  { change, person, day }: NonNullable<ModelBudget>,
  prices: ModelPrices | null,
): Allowance {
  const unit = prices === null ? TOKENS_PER_DOLLAR : MILLION;
  const { in: input, out: output, ...cache } = prices ?? { in: 1, out: 1, cacheWrite: 1, cacheRead: 1 };
  return { ...{ input, output, ...cache }, change: change * unit, person: person * unit, day: day * unit };
}

function reasonOf(over: Overdrawn, budget: ModelBudget, prices: ModelPrices | null): string {
  const most = amount(budget?.[over] ?? 0, prices);
  const raise = "Whoever runs Greenlight raises it with GREENLIGHT_BUDGET";
  switch (over) {
    case "change":
      return `one more call could cost more than the model budget of one change (${most}) leaves. ${raise}; another change has a budget of its own`;
    case "person":
      return `one more call could cost more than the model budget of one person and day (${most}) leaves for whoever asked. It begins anew at 00:00 UTC. ${raise}`;
    case "day":
      return `one more call could cost more than the model budget of the day (${most}) leaves. It begins anew at 00:00 UTC. ${raise}`;
  }
}

function amount(dollars: number, prices: ModelPrices | null): string {
  return prices === null
    ? `${(dollars * TOKENS_PER_DOLLAR).toLocaleString("en-US")} tokens`
    : `${dollars} USD`;
}
