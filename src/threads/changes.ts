import { randomUUID } from "node:crypto";
import { answersOf, type Change, lastDecision } from "../change/change.ts";
import {
  type Ask,
  type Asked,
  type Changes,
  type Decide,
  type Decided,
  MAX_REQUEST_LENGTH,
} from "../change/changes.ts";
import { whyNotDecide } from "../policy/approvers.ts";
import type { Policy } from "../policy/document.ts";
import {
  countWaiting,
  findByIdempotencyKey,
  findChange,
  findSameWords,
  insertChange,
  keyOf,
} from "../store/changes.ts";
import type { Database, Sql } from "../store/database.ts";
import { answerQuestion } from "../store/decisions.ts";
import type { RecordEvents } from "../store/events.ts";
import { findSteps } from "../store/journal.ts";
import { wantWork } from "../store/leases.ts";
import { findExcerpt } from "../store/log-lines.ts";
import { wake } from "../store/notify.ts";

/** The same words of the same person in the same place within this time are one request: a retyped command. */
const SAME_WORDS_SECONDS = 10;
const MAX_WAITING_PER_REQUESTER = 20;
/** What is shown of a digest, and the least that names it in an answer. */
const SHORT_DIGEST_CHARS = 12;

type Needs = { database: Database; record: RecordEvents; policy: Policy; redact: (text: string) => string };

/** Makes the port that Slack and HTTP see. It only writes rows; the owner of a change's lease carries them on. */
export function createChanges(needs: Needs): Changes {
  const { database } = needs;
  return {
    ask: (request) => database.transaction((sql) => ask(sql, needs, request)),
    decide: (decision) => database.transaction((sql) => decide(sql, needs, decision)),
    get: (id) => findChange(database, id),
    steps: (id) => findSteps(database, id),
    logs: (key, limits) => findExcerpt(database, key, limits),
  };
}

async function ask(sql: Sql, needs: Needs, given: Ask): Promise<Asked> {
  const request = needs.redact(given.request.replaceAll("\0", "").trim());
  if (request === "")
    return { kind: "refused", reason: "The request is empty. Say what should change, and where." };
  if (request.length > MAX_REQUEST_LENGTH) {
    return {
      kind: "refused",
      reason: `The request has ${request.length} characters; at most ${MAX_REQUEST_LENGTH} are taken.`,
    };
  }
  // One request of a person after the other, so that the counts below hold.
  await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`ask:${keyOf(given.requester)}`]);
  const known = await findRepeated(sql, given, request);
  if (known !== null) return { kind: "repeated", change: known };
  if ((await countWaiting(sql, given.requester)) >= MAX_WAITING_PER_REQUESTER) {
    return {
      kind: "refused",
      reason: `You have ${MAX_WAITING_PER_REQUESTER} changes waiting already. Have some of them decided first.`,
    };
  }
  const id = randomUUID();
  await insertChange(sql, { ...given, id, request });
  await needs.record(sql, id, { type: "asked", by: given.requester });
  await wake(sql, "work");
  return { kind: "accepted", change: await mustFind(sql, id) };
}

async function findRepeated(sql: Sql, given: Ask, request: string): Promise<Change | null> {
  const byKey = await findByIdempotencyKey(sql, given.idempotencyKey);
  if (byKey !== null || given.home === null) return byKey;
  const same = { requester: given.requester, request, channelId: given.home.channelId };
  return findSameWords(sql, same, SAME_WORDS_SECONDS);
}

async function decide(sql: Sql, needs: Needs, given: Decide): Promise<Decided> {
  const change = await findChange(sql, given.changeId);
  if (change === null) return { kind: "unknown" };
  const refusal = answersOf[given.gate].includes(given.answer)
    ? whyNotDecide(given.by, change.requester, needs.policy)
    : `The answer ${given.answer} is none of ${answersOf[given.gate].join(", ")}.`;
  if (refusal !== null) return { kind: "refused", reason: refusal };
  const asked = change.decisions.find(
    (decision) =>
      decision.gate === given.gate &&
      decision.revision === given.revision &&
      decision.round === given.round &&
      given.digest.length >= SHORT_DIGEST_CHARS &&
      decision.digest.startsWith(given.digest),
  );
  if (asked === undefined) {
    return {
      kind: "stale",
      change,
      reason: "This is not the question that is open: the plan has changed since, or none is.",
    };
  }
  const reason = given.reason === null ? null : needs.redact(given.reason);
  const won = await answerQuestion(
    sql,
    { ...asked, changeId: change.id },
    { answer: given.answer, by: given.by, reason },
  );
  if (!won) return lost(await mustFind(sql, change.id), given);
  await wantWork(sql, change.id);
  const { gate, answer, by, revision, round } = given;
  await needs.record(sql, change.id, { type: "decided", gate, revision, round, answer, by, reason });
  await wake(sql, "work");
  const after = await mustFind(sql, change.id);
  const decision = lastDecision(after, gate);
  if (decision === null)
    throw new Error(`The decision about ${change.id} was written and cannot be read back.`);
  return { kind: "decided", change: after, decision };
}

function lost(change: Change, given: Decide): Decided {
  const standing = change.decisions.find(
    ({ gate, revision, round }) =>
      gate === given.gate && revision === given.revision && round === given.round,
  );
  if (standing !== undefined && standing.answer !== null)
    return { kind: "already", change, decision: standing };
  return { kind: "stale", change, reason: `The change is ${change.status} by now.` };
}

async function mustFind(sql: Sql, id: string): Promise<Change> {
  const change = await findChange(sql, id);
  if (change === null) throw new Error(`Change ${id} was just written and cannot be read back.`);
  return change;
}
