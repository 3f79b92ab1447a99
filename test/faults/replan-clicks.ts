import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "#test/policy/random.ts";
import { createAim } from "./aim.ts";
import {
  type Became,
  click,
  playRounds,
  type Round,
  unlessAs,
  untilWaiting,
  type Waiting,
} from "./rounds.ts";
import { PLANNED_REPLICAS, WISHED_REPLICAS } from "./stories.ts";
import type { Town } from "./town.ts";

/** Who won how often, and what must not be. */
export type ReplanClicks = { approved: number; replanned: number; violations: string[] };

const BATCH = 10;

/** Rounds of a wish for another plan against Approve on the first one, at once, at two processes. The second plan is approved afterwards. */
export async function replanClicks(town: Town, rounds: number, seed: number): Promise<ReplanClicks> {
  const aim = createAim(0);
  const result = { approved: 0, replanned: 0 };
  const play = async (change: Waiting, random: Random): Promise<Round> => {
    const leadMs = aim.leadMs(random);
    const after = async (ms: number, answer: string, by: string): Promise<number> => {
      await pause(Math.max(0, ms));
      return click(town, random, change, { answer, by, reason: "Another count of replicas." });
    };
    const [approve, wish] = await Promise.all([
      after(-leadMs, "approve", "ben"),
      after(leadMs, "request_changes", "cleo"),
    ]);
    aim.saw(approve === 200);
    const told = { approve, wish, second: wish === 200 ? await approveSecond(town, random, change) : null };
    const faultsOf = (became: Became): string[] => {
      result[became.answer === "approve" ? "approved" : "replanned"] += 1;
      return faults(became, told);
    };
    return { change, faultsOf };
  };
  const violations = await playRounds({ town, name: "wish", rounds, seed, batch: BATCH, play });
  return { ...result, violations };
}

type Told = { approve: number; wish: number; second: readonly number[] | null };

/** The first plan once more, which is out of date, and then the second one, twice at once. */
async function approveSecond(town: Town, random: Random, change: Waiting): Promise<number[]> {
  const [second] = await untilWaiting(town, [change.request], 2);
  if (second === undefined) throw new Error(`${change.request} was not planned again.`);
  const stale = await click(town, random, change, { answer: "approve", by: "dan" });
  const both = ["ben", "dan"].map((by) => click(town, random, second, { answer: "approve", by }));
  return [stale, ...(await Promise.all(both)).toSorted((one, other) => one - other)];
}

function faults(became: Became, told: Told): string[] {
  const wrong = (count: number) =>
    became.ran
      .filter((line) => !line.includes(` --replicas=${count} `))
      .map((line) => `ran of the other plan: ${line}`);
  if (became.answer === "approve")
    return [
      ...(told.approve === 200 && told.wish === 409 ? [] : [`told ${JSON.stringify(told)}`]),
      ...(became.revision === 1 ? [] : [`approved, and of revision ${became.revision}`]),
      ...unlessAs("approve", became, { status: ["done"], times: 1 }),
      ...wrong(PLANNED_REPLICAS),
    ];
  const isToldRight = told.approve === 409 && told.wish === 200 && told.second?.join() === "409,200,409";
  return [
    ...(became.answer === "request_changes" ? [] : [`decided ${became.answer}`]),
    ...(isToldRight ? [] : [`told ${JSON.stringify(told)}`]),
    ...(became.revision === 2 ? [] : [`planned again, and of revision ${became.revision}`]),
    ...unlessAs("request_changes", became, { status: ["done"], times: 1 }),
    ...wrong(WISHED_REPLICAS),
  ];
}
