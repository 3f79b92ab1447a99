import { setTimeout as pause } from "node:timers/promises";
import { pick, type Random } from "#test/policy/random.ts";
import { openQuestions, type Question, repliesTo } from "./replies.ts";
import { type Kind, wordsOf } from "./stories.ts";
import { REQUESTERS, secretOf, type Town } from "./town.ts";

/** Those who ask and decide. They try again as people and programs do when nobody answers. */
export type People = {
  /** Asks by API, or in Slack; returns once the request is a row. */
  ask(id: string, kind: Kind, way: "api" | "slack"): Promise<void>;
  /** Looks once at what waits for a person and answers it. Returns how many answers were given. */
  answer(): Promise<number>;
  /** What was told to a person as decided: it has to stand for ever. */
  told: Map<string, string>;
  /** The changes an operator was asked about, and whether a step's end was unseen then. */
  operated: Map<string, boolean>;
};

const ACK_PATIENCE_MS = 3_000;

/** Makes the people of a company; the seed says whom they turn to. */
export function createPeople(town: Town, random: Random): People {
  const told = new Map<string, string>();
  const operated = new Map<string, boolean>();
  return {
    told,
    operated,
    ask: (id, kind, way) => (way === "api" ? askByApi(town, random, id, kind) : askInSlack(town, id, kind)),
    answer: async () => {
      const open = await openQuestions(town);
      const given = await Promise.all(
        open.map((question) => answerOne(town, random, question, told, operated)),
      );
      return given.filter(Boolean).length;
    },
  };
}

async function answerOne(
  town: Town,
  random: Random,
  question: Question,
  told: Map<string, string>,
  operated: Map<string, boolean>,
): Promise<boolean> {
  const replies = await repliesTo(town, question);
  if (question.gate === "operator")
    operated.set(question.id, operated.get(question.id) === true || replies.length > 1);
  for (const { answer, by, path, body } of replies) {
    const { revision, digest, round } = question;
    const given = path === "cancel" ? body : { ...body, answer, revision, digest, round };
    const status = await post(town, random, `/infra-change/${question.id}/${path}`, by, given);
    if (status === 200 || (path === "cancel" && status === 202)) told.set(keyOf(question), answer);
    if (status === 200 || status === 202 || status === null) return status !== null;
  }
  return false;
}

function keyOf({ id, gate, revision, round }: Question): string {
  return `${id} ${gate} ${revision} ${round}`;
}

async function askByApi(town: Town, random: Random, id: string, kind: Kind): Promise<void> {
  const by = `r${Math.floor(random() * REQUESTERS)}`;
  const giveUp = Date.now() + 60_000;
  for (;;) {
    const status = await post(town, random, "/infra-change", by, { description: wordsOf(id, kind) }, id);
    if (status === 202) return;
    if (Date.now() > giveUp)
      throw new Error(`${id} ${kind} was not taken within 60 s (last answer: ${status})`);
    await pause(100);
  }
}

async function askInSlack(town: Town, id: string, kind: Kind): Promise<void> {
  const { slack } = town;
  const giveUp = Date.now() + 60_000;
  for (;;) {
    const said = slack.say({
      as: slack.users.ana,
      channel: slack.channels.infra,
      text: `/infra ${wordsOf(id, kind)}`,
    });
    await said.delivered;
    const until = Date.now() + ACK_PATIENCE_MS;
    while (Date.now() < until) {
      const { rowCount } = await town.pool.query("select 1 from changes where request = $1", [
        wordsOf(id, kind),
      ]);
      if (rowCount !== 0) return;
      await pause(50);
    }
    if (Date.now() > giveUp) throw new Error(`${id} ${kind} was not taken in Slack within 60 s`);
  }
}

/** The answer's status, or null when nobody answered. */
async function post(
  town: Town,
  random: Random,
  path: string,
  by: string,
  body: object,
  key?: string,
): Promise<number | null> {
  const living = [...town.alive];
  if (living.length === 0) return null;
  try {
    const response = await fetch(`${pick(random, living).address}${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${secretOf(by)}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}
