import type { ChangeStatus } from "#change/change.ts";
import { isEnded, ChangeStatus as Statuses } from "#change/change.ts";
import type { Cursor, Listed, ListFilter, ListGroup, Viewer } from "#change/listed.ts";
import { isSamePerson, type Person, slackIdsOf } from "#change/person.ts";
import { keyOf } from "#store/changes.ts";
import {
  findEscalated,
  findKinds,
  findListed,
  findNewest,
  type Kind,
  type Scope,
} from "#store/find-changes.ts";
import type { Sql } from "#store/postgres/database.ts";
import type { TermsDeps } from "#threads/answering/terms.ts";
import { createMayApprove } from "./may-see.ts";

/** How many are counted beside those shown. */
const MOST_COUNTED = 100;

/** More than wait so long at one time. */
const MOST_ESCALATED = 200;

const asked: readonly ChangeStatus[] = ["asking", "waiting", "needs_person"];

/** One reading: where, and which of the kinds that are found there; null leaves a kind out. */
type Reading = { scope: Scope; pick: (kind: Kind) => { hideFrom?: readonly string[] } | null };

/** Lists what the viewer may see. How many changes there are does not matter: kinds are judged, not changes. */
export async function list(sql: Sql, deps: TermsDeps, filter: ListFilter): Promise<Listed> {
  const statuses = statusesOf(filter.group).filter((one) => filter.status === null || one === filter.status);
  const { limit, after, environment } = filter;
  const fits = (kind: Kind) => environment === null || kind.environments.includes(environment);
  const most = Math.max(limit + 1, MOST_COUNTED);
  const found = await Promise.all(
    readingsOf(deps, filter).map(async ({ scope, pick }) => {
      const kinds = (await findKinds(sql, scope, statuses)).filter(fits).flatMap((kind) => {
        const picked = pick(kind);
        return picked === null ? [] : [{ ...kind, ...picked }];
      });
      return findNewest(sql, scope, kinds, { limit: most, after });
    }),
  );
  const escalated = statuses.includes("waiting") ? await findForMany(sql, deps, filter) : [];
  const places = merged([...found.flat(), ...escalated]).slice(0, most);
  const shown = places.slice(0, limit);
  const changes = await findListed(
    sql,
    shown.map(({ id }) => id),
  );
  return {
    changes,
    ids: places.map(({ id }) => id),
    next: places.length > shown.length ? (shown.at(-1) ?? null) : null,
  };
}

function readingsOf(deps: TermsDeps, { viewer, group, requester }: ListFilter): Reading[] {
  const all = () => ({});
  if (viewer === null) {
    if (requester === null) return [{ scope: { of: "everybody" }, pick: all }];
    return ownOf(requester, all);
  }
  if (requester !== null && !isSamePerson(requester, viewer.person)) return [];
  if (group === "mine" || requester !== null) return ownOf(viewer.person, all);
  const place = placeOf(viewer);
  if (group === "waiting")
    return [{ scope: place, pick: pickAnswerable(deps, viewer) }, ...ownOf(viewer.person, onlyQuestions)];
  const pick = viewer.channelId === null ? pickApprovable(deps, viewer) : inTeamOf(viewer.person);
  return [{ scope: place, pick }, ...ownOf(viewer.person, all)];
}

function placeOf({ channelId }: Viewer): Scope {
  return channelId === null ? { of: "everybody" } : { of: "channel", channelId };
}

/** What waits for an answer this viewer may give. Of their own there are few, since few of a person may wait at a time. */
function pickAnswerable(deps: TermsDeps, viewer: Viewer): Reading["pick"] {
  const mayApprove = createMayApprove(deps, viewer);
  return ({ team, status, ...kind }) => {
    // The Planner's questions are for whoever asked.
    if (status === "asking") return null;
    const may = mayApprove({ ...kind, teamId: team });
    if (may === "no") return null;
    return may === "all" ? {} : { hideFrom: keysOf(viewer.person) };
  };
}

/** What this viewer may approve. Their own are read beside it, and so none has to be left out: read over, they took a page each. */
function pickApprovable(deps: TermsDeps, viewer: Viewer): Reading["pick"] {
  const mayApprove = createMayApprove(deps, viewer);
  return ({ team, status, ...kind }) =>
    status === "asking" || mayApprove({ ...kind, teamId: team }) === "no" ? null : {};
}

function onlyQuestions({ status }: Kind): ReturnType<Reading["pick"]> {
  return status === "asking" ? {} : null;
}

/** What waits with more approvers than its kind has, and this viewer among them. */
async function findForMany(
  sql: Sql,
  deps: TermsDeps,
  { viewer, group, environment, requester, after }: ListFilter,
): Promise<Cursor[]> {
  if (viewer === null || group === "mine" || requester !== null) return [];
  const mayApprove = createMayApprove(deps, viewer);
  const isBefore = ({ micros, id }: Cursor) =>
    after === null || micros < after.micros || (micros === after.micros && id < after.id);
  const all = await findEscalated(sql, MOST_ESCALATED);
  return all
    .filter(({ home, environments }) => {
      const isHere = viewer.channelId === null || home?.channelId === viewer.channelId;
      return isHere && (environment === null || environments.includes(environment));
    })
    .filter((change) => {
      const may = mayApprove({ ...change, teamId: change.home?.teamId ?? null });
      return may === "all" || (may === "others" && !isSamePerson(viewer.person, change.requester));
    })
    .map(({ place }) => place)
    .filter(isBefore);
}

function inTeamOf(person: Person): Reading["pick"] {
  return ({ team }) => (person.kind === "slack" && team === person.teamId ? {} : null);
}

function ownOf(person: Person, pick: Reading["pick"]): Reading[] {
  return keysOf(person).map((key) => ({ scope: { of: "requester", key }, pick }));
}

/** Every key a request of theirs may be counted under: an organisation's id was not known at each. */
function keysOf(person: Person): string[] {
  return [...new Set([keyOf(person), ...slackIdsOf(person).map((id) => `slack:${id}`)])];
}

function statusesOf(group: ListGroup): ChangeStatus[] {
  const all = Statuses.options;
  switch (group) {
    case "waiting":
      return [...asked];
    case "running":
      return all.filter((one) => !isEnded(one));
    case "recent":
      return all.filter(isEnded);
    case "mine":
    case "all":
      return [...all];
  }
}

/** The newest first, each once. */
function merged(places: Cursor[]): Cursor[] {
  const byId = new Map(places.map((place) => [place.id, place]));
  return [...byId.values()].sort((a, b) => b.micros - a.micros || (a.id < b.id ? 1 : -1));
}
