import { pick, type Random, seeded } from "../policy/random.ts";
import { createPeople } from "./people.ts";
import { untilRest } from "./rest.ts";
import { wordsOf } from "./stories.ts";
import { APPROVERS, secretOf, type Town } from "./town.ts";

/** What came of the rounds: how many, how many clicks, and what must not be. */
export type Clicks = {
  rounds: number;
  clicks: number;
  approved: number;
  rejected: number;
  violations: string[];
};

type Waiting = { id: string; request: string; revision: number; digest: string };

const BATCH = 20;
const MOST_CLICKS = 50;
const PATIENCE_MS = 60_000;

/** Rounds of 2 to 50 clicks at once on one question, over two processes, Approve and Reject mixed. One wins, and that is what happens. */
export async function clicks(town: Town, rounds: number, seed: number): Promise<Clicks> {
  const random = seeded(seed);
  const people = createPeople(town, random);
  await Promise.all([town.start("left"), town.start("right")]);
  const result: Clicks = { rounds: 0, clicks: 0, approved: 0, rejected: 0, violations: [] };
  while (result.rounds < rounds) {
    const ids = Array.from(
      { length: Math.min(BATCH, rounds - result.rounds) },
      (_, index) => `k${result.rounds + index}`,
    );
    await Promise.all(ids.map((id) => people.ask(id, "single", "api")));
    const waiting = await untilWaiting(
      town,
      ids.map((id) => wordsOf(id, "single")),
    );
    const outcomes = [];
    for (const change of waiting) outcomes.push({ change, ...(await round(town, random, change)) });
    await untilRest(town, people, PATIENCE_MS);
    const ran = await town.kubectl.lines();
    for (const { change, answers, clicked } of outcomes) {
      result.rounds += 1;
      result.clicks += clicked;
      const [winner] = answers;
      if (winner === "approve") result.approved += 1;
      if (winner === "reject") result.rejected += 1;
      result.violations.push(...(await faultsOf(town, change, answers, ran)));
    }
  }
  return result;
}

async function untilWaiting(town: Town, words: string[]): Promise<Waiting[]> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await town.pool.query<Waiting>(
      "select id, request, revision, digest from changes where request = any($1) and status = 'waiting'",
      [words],
    );
    if (rows.length === words.length) return rows;
    if (Date.now() > giveUp)
      throw new Error(`Only ${rows.length} of ${words.length} changes wait for an approval`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** All clicks of one round at once; the answers that were told that they decided. */
async function round(
  town: Town,
  random: Random,
  change: Waiting,
): Promise<{ answers: string[]; clicked: number }> {
  const clicked = 2 + Math.floor(random() * (MOST_CLICKS - 1));
  const [left, right] = [...town.alive];
  // An Approve looks at the workspace first, so among equally many a Reject is always there before it.
  const yes = pick(random, [0.5, 0.9, 0.97, 1]);
  const given = Array.from({ length: clicked }, async () => {
    const answer = random() < yes ? "approve" : "reject";
    const address = (random() < 0.5 ? left : right)?.address ?? "";
    const response = await fetch(`${address}/infra-change/${change.id}/decision`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${secretOf(pick(random, APPROVERS))}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ answer, revision: change.revision, digest: change.digest }),
    });
    await response.arrayBuffer();
    return response.status === 200 ? [answer] : response.status === 409 ? [] : [`status ${response.status}`];
  });
  return { answers: (await Promise.all(given)).flat(), clicked };
}

async function faultsOf(town: Town, change: Waiting, answers: string[], ran: string[]): Promise<string[]> {
  const about = `${change.request} (${change.id})`;
  const [winner] = answers;
  if (winner === undefined || answers.length > 1)
    return [`${about}: told ${answers.join(", ") || "nobody"} that they won`];
  const { rows } = await town.pool.query<{ status: string; answer: string | null }>(
    `select c.status, (select string_agg(d.answer, ',') from decisions d where d.change_id = c.id) as answer
     from changes c where c.id = $1`,
    [change.id],
  );
  const row = rows[0];
  const [id = ""] = change.request.split(" ");
  const count = ran.filter((line) => line.includes(`/${id}-`)).length;
  const meant = winner === "approve" ? { status: "done", count: 1 } : { status: "rejected", count: 0 };
  const fits = row?.status === meant.status && row.answer === winner && count === meant.count;
  return fits
    ? []
    : [`${about}: ${winner} won, and it is ${row?.status}, decided ${row?.answer}, ran ${count} times`];
}
