import { setTimeout as pause } from "node:timers/promises";
import { type Random, seeded } from "#test/policy/random.ts";
import { createPeople, type People } from "./people.ts";
import { untilRest } from "./rest.ts";
import { wordsOf } from "./stories.ts";
import { secretOf, type Town } from "./town.ts";

/** A change of one step that waits for an approval. */
export type Waiting = { id: string; request: string; revision: number; digest: string };

/** What became of it: its status, the answer to its first question and the lines that ran. */
export type Became = { status: string; revision: number; answer: string | null; ran: string[] };

/** What one round did, to be held against what became of the change: the sentences that come back are violations. */
export type Round = { change: Waiting; faultsOf(became: Became): string[] };

export type Rounds = {
  town: Town;
  /** Letters that no other rounds in this company begin their changes' names with. */
  name: string;
  rounds: number;
  seed: number;
  /** Of how many changes the questions are open at once. */
  batch: number;
  play: (change: Waiting, random: Random) => Promise<Round>;
};

const PATIENCE_MS = 120_000;

/** The status of a click of which nobody can say whether it was the one that counted. */
export const UNSURE = 503;

/** Plays rounds over two processes, a batch of changes at a time, and looks at each once all of a batch have ended. */
export async function playRounds({ town, name, rounds, seed, batch, play }: Rounds): Promise<string[]> {
  const random = seeded(seed);
  const people = createPeople(town, random);
  if (town.alive.size === 0) await Promise.all([town.start("left"), town.start("right")]);
  const violations: string[] = [];
  for (let done = 0; done < rounds; done += batch) {
    const count = Math.min(batch, rounds - done);
    const waiting = await askFor(
      town,
      people,
      Array.from({ length: count }, (_, index) => `${name}${done + index}`),
    );
    const played = await Promise.all(waiting.map((change) => play(change, random)));
    await untilRest(town, people, PATIENCE_MS);
    const lines = await town.kubectl.lines();
    for (const round of played) {
      const faults = round.faultsOf(await becomeOf(town, round.change, lines));
      violations.push(...faults.map((fault) => `${round.change.request} (${round.change.id}): ${fault}`));
    }
  }
  return violations;
}

async function askFor(town: Town, people: People, ids: string[]): Promise<Waiting[]> {
  await Promise.all(ids.map((id) => people.ask(id, "single", "api")));
  return untilWaiting(
    town,
    ids.map((id) => wordsOf(id, "single")),
    1,
  );
}

/** Waits until all of these requests wait for an approval of this revision. */
export async function untilWaiting(town: Town, words: string[], revision: number): Promise<Waiting[]> {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await town.pool.query<Waiting>(
      `select id, request, revision, digest from changes
       where request = any($1) and status = 'waiting' and revision = $2`,
      [words, revision],
    );
    if (rows.length === words.length) return rows;
    if (Date.now() > giveUp)
      throw new Error(`Only ${rows.length} of ${words.length} changes wait for an approval: ${words[0]}`);
    await pause(50);
  }
}

async function becomeOf(town: Town, change: Waiting, lines: string[]): Promise<Became> {
  const { rows } = await town.pool.query<Omit<Became, "ran">>(
    `select c.status, c.revision, (select string_agg(d.answer, ',') from decisions d
       where d.change_id = c.id and d.gate = 'approval' and d.revision = 1) as answer
     from changes c where c.id = $1`,
    [change.id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`Change ${change.id} is not there any more.`);
  const [id = ""] = change.request.split(" ");
  return { ...row, ran: lines.filter((line) => line.includes(`/${id}-`)) };
}

/** An answer to a question, or the wish to stop a change, of this approver at one of the two processes; the status it was told. */
export async function click(
  town: Town,
  random: Random,
  change: Waiting,
  { answer, by, reason = "As was agreed" }: { answer: string; by: string; reason?: string | null },
): Promise<number> {
  const [left, right] = [...town.alive];
  const address = (random() < 0.5 ? left : right)?.address ?? "";
  const { revision, digest } = change;
  const path = answer === "cancel" ? "cancel" : "decision";
  const giveUp = Date.now() + PATIENCE_MS;
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(`${address}/infra-change/${change.id}/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${secretOf(by)}`, "content-type": "application/json" },
      body: JSON.stringify(answer === "cancel" ? { reason } : { answer, revision, digest, reason }),
    });
    await response.arrayBuffer();
    // So many at once may have to wait too long for a connection, and people try again.
    // After a 503 nobody knows whether the first one counted, so "decided already" may speak of this very click.
    if (tries > 1 && response.status === 409) return UNSURE;
    if (response.status !== UNSURE || Date.now() > giveUp) return response.status;
    await pause(200);
  }
}

/** What is wrong when a change did not end as the winner of its round means it; none when it did. */
export function unlessAs(
  winner: string,
  { status, ran }: Became,
  meant: { status: readonly string[]; times: number },
): string[] {
  if (meant.status.includes(status) && ran.length === meant.times) return [];
  return [`${winner} won, and it is ${status}, ran: ${ran.join("; ") || "nothing"}`];
}
