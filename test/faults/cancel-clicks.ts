import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "#test/policy/random.ts";
import { createAim } from "./aim.ts";
import { type Became, click, playRounds, type Round, unlessAs, type Waiting } from "./rounds.ts";
import type { Town } from "./town.ts";

/** Who won how often (`stopped`: approved, and stopped after that), and what must not be. */
export type CancelClicks = { approved: number; cancelled: number; stopped: number; violations: string[] };

const BATCH = 10;

/** Rounds of Cancel against Approve at about the same moment, at two processes. What was cancelled first never runs. */
export async function cancelClicks(town: Town, rounds: number, seed: number): Promise<CancelClicks> {
  const aim = createAim(0);
  const result = { approved: 0, cancelled: 0, stopped: 0 };
  const play = async (change: Waiting, random: Random): Promise<Round> => {
    const leadMs = aim.leadMs(random);
    const after = async (ms: number, answer: string, by: string): Promise<number> => {
      await pause(Math.max(0, ms));
      return click(town, random, change, { answer, by });
    };
    const [approve, cancel] = await Promise.all([
      after(-leadMs, "approve", "ben"),
      after(leadMs, "cancel", "cleo"),
    ]);
    aim.saw(approve === 200);
    const faultsOf = (became: Became): string[] => {
      const isApproved = became.answer === "approve";
      result[isApproved ? (cancel === 202 ? "stopped" : "approved") : "cancelled"] += 1;
      return faults(became, { approve, cancel });
    };
    return { change, faultsOf };
  };
  const violations = await playRounds({ town, name: "stop", rounds, seed, batch: BATCH, play });
  return { ...result, violations };
}

function faults(became: Became, told: { approve: number; cancel: number }): string[] {
  const said = `told ${JSON.stringify(told)}`;
  if (became.answer === "cancel")
    return [
      ...(told.cancel === 202 && told.approve === 409 ? [] : [said]),
      ...unlessAs("cancel", became, { status: ["cancelled"], times: 0 }),
    ];
  const isRight = told.approve === 200 && (told.cancel === 202 || told.cancel === 409);
  return [
    ...(became.answer === "approve" ? [] : [`decided ${became.answer}`]),
    ...(isRight ? [] : [said]),
    ...unlessApproved(became, told.cancel === 202),
  ];
}

/** After an approval a stop may come before anything has run, or too late, or between: then an operator was asked. */
export function unlessApproved(became: Became, isStopped: boolean): string[] {
  if (!isStopped) return unlessAs("approve", became, { status: ["done"], times: 1 });
  return became.ran.length === 0
    ? unlessAs("cancel after approve", became, { status: ["cancelled", "accepted"], times: 0 })
    : unlessAs("cancel after approve", became, { status: ["done", "accepted"], times: 1 });
}
