import { randomUUID } from "node:crypto";
import type { Blocked } from "#change/blocked.ts";
import { type Change, isEnded } from "#change/change.ts";
import { type Ask, type Asked, type Changes, MAX_REQUEST_LENGTH, requestText } from "#change/changes.ts";
import type { Person } from "#change/person.ts";
import type { Plan } from "#change/plan.ts";
import { stillApprovers } from "#change/still-approve.ts";
import { onlyLooks } from "#change/titles/only-looks.ts";
import { between, nowhere } from "#observe/crash-points.ts";
import { whyNotAsk } from "#policy/approvals/asking.ts";
import {
  countWaiting,
  findByIdempotencyKey,
  findChange,
  findSameWords,
  insertChange,
  keyOf,
} from "#store/changes.ts";
import { putFeedback } from "#store/feedback.ts";
import { findSteps } from "#store/journal.ts";
import { findExcerpt } from "#store/log-lines.ts";
import { sumModelCalls } from "#store/model-calls.ts";
import { findPlanTexts } from "#store/plan-texts.ts";
import type { Sql } from "#store/postgres/database.ts";
import { wake } from "#store/postgres/notify.ts";
import { findHeld } from "#store/target-locks.ts";
import { askRollback } from "#threads/answering/ask-rollback.ts";
import { decide, whyNotYet } from "#threads/answering/decide.ts";
import { findTerms } from "#threads/answering/terms.ts";
import type { DecideDeps } from "#threads/deps.ts";
import { checkTyped } from "#threads/finding/check-line.ts";
import { find, history } from "#threads/finding/find.ts";
import { list } from "#threads/finding/list.ts";
import { cancel } from "#threads/stopping/cancel.ts";
import { unlock } from "#threads/stopping/unlock.ts";

/** The same words of the same person in the same place within this time are one request, a retyped command; a plan only and the real one are two. */
const SAME_WORDS_SECONDS = 10;
const MAX_WAITING_PER_REQUESTER = 20;

/** Makes the port that Slack and HTTP see. It only writes rows; the owner of a change's lease carries them on. */
export function createChanges(deps: DecideDeps): Changes {
  const { database } = deps;
  const get = async (id: string): Promise<Change | null> => {
    const change = await findChange(database, id);
    if (change === null) return null;
    const terms = change.risk === null ? null : findTerms(deps, change);
    return { ...change, terms, blocked: await withWhoCanAnswer(database, deps, change.blocked) };
  };
  return {
    ask: between(deps.at ?? nowhere, "request accepted", (request: Ask) =>
      database.transaction((sql) => ask(sql, deps, request, null)),
    ),
    askRollback: between(deps.at ?? nowhere, "request accepted", (id: string, by: Person) =>
      database.transaction((sql) =>
        askRollback(sql, (on, given, prepared) => ask(on, deps, given, prepared), id, by),
      ),
    ),
    giveFeedback: (id, by, thumb) => putFeedback(database, id, by, thumb),
    modelUse: (id) => sumModelCalls(database, id),
    decide: (decision) => decide(deps, decision),
    whyNotDecide: (decision) => whyNotYet(deps, decision),
    unlock: (given) => unlock(deps, given),
    cancel: (given) => cancel(deps, given),
    get,
    steps: (id) => findSteps(database, id),
    logs: (key, limits) => findExcerpt(database, key, limits),
    planTexts: ({ id, revision }) => findPlanTexts(database, { changeId: id, revision }),
    list: (filter) => list(database, deps, filter),
    find: (viewer, id) => find(database, { ...deps, get }, viewer, id),
    history: (viewer, target, limit) => history(database, deps, viewer, target, limit),
    locks: (ids) => findHeld(database, ids),
    check: async (viewer, line) => checkTyped(deps, viewer, line),
  };
}

/** What the one ahead waits for is a person's to answer, and the rules say whose. */
async function withWhoCanAnswer(
  sql: Sql,
  deps: DecideDeps,
  blocked: Blocked | null,
): Promise<Blocked | null> {
  if (blocked?.waitsForPerson !== true) return blocked;
  const ahead = await findChange(sql, blocked.by);
  return ahead === null ? blocked : { ...blocked, canAnswer: stillApprovers(ahead, findTerms(deps, ahead)) };
}

async function ask(sql: Sql, deps: DecideDeps, given: Ask, prepared: Plan | null): Promise<Asked> {
  const request = deps.redact(requestText(given.request));
  if (request === "")
    return { kind: "refused", reason: "The request is empty. Say what should change, and where." };
  if (request.length > MAX_REQUEST_LENGTH) {
    return {
      kind: "refused",
      reason: `The request has ${request.length} characters; at most ${MAX_REQUEST_LENGTH} are taken.`,
    };
  }
  const { requester, home } = given;
  const forbidden = whyNotAsk(deps.policy, { requester, channelId: home?.channelId ?? null, planned: null });
  if (forbidden !== null) return { kind: "forbidden", reason: forbidden };
  // Two persons may ask under one key at once, and the key is one change's.
  await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`key:${given.idempotencyKey}`]);
  // One request of a person after the other, so that the counts below hold.
  await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`ask:${keyOf(given.requester)}`]);
  const known = await findRepeated(sql, given, request);
  if (known !== null) {
    const isOther = known.request !== request || known.planOnly !== given.planOnly;
    return { kind: "repeated", change: known, isOther };
  }
  if ((await countWaiting(sql, given.requester)) >= MAX_WAITING_PER_REQUESTER) {
    return {
      kind: "refused",
      reason: `You have ${MAX_WAITING_PER_REQUESTER} changes waiting already. Have some of them decided first.`,
    };
  }
  const id = randomUUID();
  await insertChange(sql, { ...given, id, request, prepared });
  await deps.record(sql, id, { type: "asked", by: given.requester });
  await wake(sql, "work");
  return { kind: "accepted", change: await mustFind(sql, id) };
}

async function findRepeated(sql: Sql, given: Ask, request: string): Promise<Change | null> {
  const byKey = await findByIdempotencyKey(sql, given.idempotencyKey);
  // What repeats a change on purpose has its words; it is not typed twice.
  if (byKey !== null || given.home === null || given.like !== undefined) return byKey;
  const { requester, planOnly, home } = given;
  const same = { requester, request, channelId: home.channelId, planOnly };
  const before = await findSameWords(sql, same, SAME_WORDS_SECONDS);
  // Who looks again wants to know how it stands by now, and looking twice changes nothing.
  const isOldLook = before !== null && isEnded(before.status) && onlyLooks(before);
  return isOldLook ? null : before;
}

async function mustFind(sql: Sql, id: string): Promise<Change> {
  const change = await findChange(sql, id);
  if (change === null) throw new Error(`Change ${id} was just written and cannot be read back.`);
  return change;
}
