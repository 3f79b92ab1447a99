import type { ListFilter, ListGroup, Viewer } from "#change/listed.ts";
import { PolicyDocument, withHash } from "#policy/document.ts";
import type { Database } from "#store/postgres/database.ts";
import { findHeld } from "#store/target-locks.ts";
import { find, history } from "#threads/finding/find.ts";
import { list } from "#threads/finding/list.ts";
import { CHANGES, idOf, OPEN } from "./many-changes.ts";
import { PERSON, type Runs } from "./statements.ts";

const policy = withHash(
  PolicyDocument.parse({
    version: 1,
    environments: { production: { namespaces: ["production"] }, staging: { namespaces: ["staging"] } },
    approvals: [{ environments: ["staging"], users: ["USTAGING"] }],
    approvers: ["U7"],
  }),
);
const rules = { policy, tokens: [], now: () => new Date() };
const APPROVER: Viewer = { person: PERSON, groups: [], channelId: null };
const STRANGER: Viewer = {
  person: { kind: "slack", teamId: "T1", userId: "UNOBODY" },
  groups: [],
  channelId: null,
};

function lists(viewer: Viewer | null, group: ListGroup, more: Partial<ListFilter> = {}) {
  const filter = {
    viewer,
    group,
    environment: null,
    status: null,
    requester: null,
    limit: 10,
    after: null,
    ...more,
  };
  return async (database: Database) => {
    const first = await list(database, rules, filter);
    if (first.next !== null) await list(database, rules, { ...filter, after: first.next });
  };
}

const get = async () => null;

/** Every list there is, as different viewers see it. */
export const LISTS: Runs = {
  "Home and direct messages: waiting": lists(APPROVER, "waiting"),
  "Home and direct messages: running": lists(APPROVER, "running"),
  "Home and direct messages: mine": lists(APPROVER, "mine"),
  "Home and direct messages: recent": lists(APPROVER, "recent"),
  "Home: what is held": (database) =>
    findHeld(
      database,
      Array.from({ length: 60 }, (_, index) => idOf(OPEN.running + index)),
    ),
  "a channel: waiting": lists({ ...APPROVER, channelId: "C1" }, "waiting"),
  "a channel: all": lists({ ...APPROVER, channelId: "C1" }, "all"),
  "a channel with nothing": lists({ ...APPROVER, channelId: "C99" }, "all"),
  "a stranger: recent": lists(STRANGER, "recent"),
  "an environment: all": lists(APPROVER, "all", { environment: "staging" }),
  "the API: all": lists(null, "all", { limit: 100 }),
  "the API: failed": lists(null, "all", { limit: 100, status: "failed" }),
  "the API: of one requester": lists(null, "all", { limit: 100, requester: PERSON }),
  "by the beginning of an id": (database) =>
    find(database, { ...rules, get }, APPROVER, idOf(CHANGES - 1).slice(0, 8)),
  "history: a name": (database) => history(database, rules, APPROVER, "service-7", 10),
  "history: what may not be seen": (database) => history(database, rules, STRANGER, "service-7", 10),
  "history: a namespace": (database) => history(database, rules, APPROVER, "production/service-7", 10),
  "history: nothing": (database) => history(database, rules, APPROVER, "no-such-thing", 10),
};
