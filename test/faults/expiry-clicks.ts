import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "#test/policy/random.ts";
import { createAim } from "./aim.ts";
import { type Became, click, playRounds, type Round, unlessAs, type Waiting } from "./rounds.ts";
import { APPROVERS, type Town } from "./town.ts";

/** Who won how often, and what must not be. */
export type ExpiryClicks = { approved: number; expired: number; clicks: number; violations: string[] };

const BATCH = 10;
/** The end is put this far away, so that clicks can set out before it. */
const END_MS = 1_500;
const FIRST_LEAD_MS = 60;
const MOST_CLICKS = 3;

/** Rounds of the end of a question's time against clicks on Approve at about that moment, over two processes. */
export async function expiryClicks(town: Town, rounds: number, seed: number): Promise<ExpiryClicks> {
  const aim = createAim(FIRST_LEAD_MS);
  const result = { approved: 0, expired: 0, clicks: 0 };
  const play = async (change: Waiting, random: Random): Promise<Round> => {
    const endsAt = await endSoon(town, change.id);
    const by = APPROVERS.slice(0, 1 + Math.floor(random() * MOST_CLICKS));
    const clicks = by.map(async (name) => {
      await pause(Math.max(0, endsAt - Date.now() - aim.leadMs(random)));
      return click(town, random, change, { answer: "approve", by: name });
    });
    const told = await Promise.all(clicks);
    result.clicks += told.length;
    const faultsOf = (became: Became): string[] => {
      const isApproved = became.answer === "approve";
      aim.saw(isApproved);
      result[isApproved ? "approved" : "expired"] += 1;
      return faults(became, told);
    };
    return { change, faultsOf };
  };
  const violations = await playRounds({ town, name: "late", rounds, seed, batch: BATCH, play });
  return { ...result, violations: [...violations, ...(await late(town))] };
}

async function endSoon(town: Town, changeId: string): Promise<number> {
  const { rows } = await town.pool.query<{ expires_at: Date }>(
    `update decisions set expires_at = clock_timestamp() + make_interval(secs => $2 / 1000.0)
     where change_id = $1 and answer is null returning expires_at`,
    [changeId, END_MS],
  );
  return rows[0]?.expires_at.getTime() ?? 0;
}

function faults(became: Became, told: readonly number[]): string[] {
  const { answer } = became;
  const won = told.filter((status) => status === 200).length;
  const others = told.filter((status) => ![200, 403, 409].includes(status));
  if (others.length > 0) return [`told ${others.join(", ")}`];
  if (answer === "approve")
    return [
      ...(won === 1 ? [] : [`${won} people were told that they approved it`]),
      ...unlessAs(answer, became, { status: ["done"], times: 1 }),
    ];
  return [
    ...(answer === "expire" ? [] : [`decided ${answer}`]),
    ...(won === 0 ? [] : [`${won} people were told that they approved it`]),
    ...unlessAs("expiry", became, { status: ["expired"], times: 0 }),
  ];
}

/** No approval stands that came after the end of its time, by the clock of the database. */
async function late(town: Town): Promise<string[]> {
  const { rows } = await town.pool.query<{ change_id: string }>(
    "select change_id from decisions where gate = 'approval' and answer = 'approve' and decided_at >= expires_at",
  );
  return rows.map((row) => `approved after its time: ${row.change_id}`);
}
