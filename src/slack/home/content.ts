import type { Changes } from "#change/changes.ts";
import type { DueHome } from "#change/home-port.ts";
import type { HeldTarget, ListedChange, ListGroup } from "#change/listed.ts";
import type { Person } from "#change/person.ts";
import { findUnknown, type Seen } from "#slack/cards/unknown-step.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Known } from "#slack/client/lookups.ts";
import type { People } from "#slack/client/people.ts";

/** What reading a Home takes. Nobody waits for it: better one that comes late than one that says that nothing waits. */
type HomeDeps = Pick<SlackDeps, "changes" | "people" | "certainGroupsOf" | "now">;

/** What stands on one person's Home. `asked`: of what waits, the changes in full, to be answered right there. */
export type HomeContent = {
  groups: Record<HomeGroup, readonly ListedChange[]>;
  asked: ReadonlyMap<string, Seen>;
  locks: readonly HeldTarget[];
};

/** The lists of a Home, in their order. A change stands in the first that holds it. */
export type HomeGroup = Extract<ListGroup, "waiting" | "mine" | "running" | "recent">;

const ROWS = 10;
/** As it was when they opened it: every click asks anew. */
const KNOWN_MS = 300_000;

/** Reads it, as far as this person may see it; or says why they see nothing. Throws for faults of the port, and where Slack does not say who they are. */
export type ReadHome = (home: DueHome) => Promise<HomeContent | { refusal: string }>;

/** Makes it. What may be seen is the port's rule: one's own changes, and those one may approve. It remembers for a while who somebody is. */
export function createReadHome(deps: HomeDeps): ReadHome {
  const findPerson = rememberPeople(deps.people, deps.now);
  return async (home) => {
    const known = await findPerson(home);
    if (!known.ok && known.fault !== undefined) throw known.fault;
    return known.ok ? read(deps, known.person) : { refusal: known.reason };
  };
}

async function read({ changes, certainGroupsOf }: HomeDeps, person: Person): Promise<HomeContent> {
  const viewer = { person, groups: await certainGroupsOf(person), channelId: null };
  const list = (group: Exclude<HomeGroup, "mine">, requester: Person | null = null) =>
    changes.list({
      ...{ viewer, group, environment: null, status: null, requester, after: null },
      limit: ROWS,
    });
  const [waiting, mine, running, recent] = [
    await list("waiting"),
    // What they asked for and is over stands among what ended.
    await list("running", person),
    await list("running"),
    await list("recent"),
  ];
  const seen = new Set<string>();
  const once = (rows: readonly ListedChange[]) => {
    const fresh = rows.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    return fresh;
  };
  const groups = {
    waiting: once(waiting.changes),
    mine: once(mine.changes),
    running: once(running.changes),
    recent: once(recent.changes),
  };
  return { groups, asked: await readAsked(changes, groups.waiting), locks: await changes.locks(running.ids) };
}

async function readAsked(changes: Changes, rows: readonly ListedChange[]): Promise<Map<string, Seen>> {
  const asked = new Map<string, Seen>();
  for (const { id } of rows) {
    const change = await changes.get(id);
    if (change === null) continue;
    const steps = change.status === "needs_person" ? await changes.steps(id) : [];
    asked.set(id, { change, steps, unknown: await findUnknown(changes, change, steps) });
  }
  return asked;
}

function rememberPeople(people: People, now: () => Date): (home: DueHome) => Promise<Known> {
  const known = new Map<string, { person: Known; until: number }>();
  return async ({ userId, teamId }) => {
    const kept = known.get(userId);
    if (kept !== undefined && kept.until > now().getTime()) return kept.person;
    const person = await people.isMember(userId, teamId, "look");
    if (person.ok) known.set(userId, { person, until: now().getTime() + KNOWN_MS });
    return person;
  };
}
