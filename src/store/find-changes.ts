import { z } from "zod";
import type { ChangeStatus } from "#change/change.ts";
import { type Cursor, ListedChange } from "#change/listed.ts";
import { Risk } from "#change/plan.ts";
import type { Sql } from "#store/postgres/database.ts";
import { newestOf } from "./newest.ts";

/** Whose changes are looked through. */
export type Scope =
  | { of: "everybody" }
  | { of: "channel"; channelId: string }
  | { of: "requester"; key: string };

/** What the rules go by, and all changes of one status that are alike in it. `team` null: asked for by API. */
export const Kind = z.object({
  status: z.string(),
  team: z.string().nullable(),
  risk: Risk.nullable(),
  environments: z.array(z.string()),
});
export type Kind = z.infer<typeof Kind>;

/** More kinds than any policy has; beyond them a list is not complete. */
const MOST_KINDS = 500;

/**
 * The kinds of changes there are, in these statuses: one entry of an index is read for each, and one where a status that is
 * not asked for lies between two that are.
 */
export async function findKinds(sql: Sql, scope: Scope, statuses: readonly ChangeStatus[]): Promise<Kind[]> {
  const { where, values } = within(scope, 2);
  const { rows } = await sql.query(
    `with recursive kinds as (
       (select ${KIND} from changes c where ${where} and c.status >= (select min(s) from unnest($1::text[]) s)
         order by ${KEY} limit 1)
       union all
       select n.* from kinds k, lateral (
         (select ${KIND} from changes c where ${where} and k.status = any ($1)
           and (${KEY}) > (k.status, k.team, k.risk, k.environments) order by ${KEY} limit 1)
         union all
         (select ${KIND} from changes c where ${where} and k.status <> all ($1)
           and c.status >= (select min(s) from unnest($1::text[]) s where s > k.status) order by ${KEY} limit 1)) n
     ) select status, nullif(team, '') team, nullif(risk, '') risk, environments from kinds
       where status = any ($1) limit ${MOST_KINDS}`,
    [statuses, ...values],
  );
  return rows.map((row) => Kind.parse(row));
}

/**
 * The newest changes of these kinds, at most `limit`. `hideFrom`: the keys of requesters whose own are left out of a kind;
 * they are read over, so it is only for what few wait for at a time.
 */
export async function findNewest(
  sql: Sql,
  scope: Scope,
  kinds: readonly (Kind & { hideFrom?: readonly string[] })[],
  page: { limit: number; after: Cursor | null },
): Promise<Cursor[]> {
  const { where, values } = within(scope, 2);
  return newestOf(kinds, page, async (parts) => {
    const asked = parts.map(({ source, after, most }, part) => ({ ...source, ...after, most, part }));
    const { rows } = await sql.query<{ part: number; id: string; micros: string }>(
      `select k.part, m.id, m.micros from jsonb_to_recordset($1) k (part int, status text, team text, risk text,
         environments text[], "hideFrom" text[], micros bigint, id uuid, most int),
       lateral (
         select c.id, (extract(epoch from c.created_at) * 1000000)::bigint::text as micros from changes c
         where ${where} and c.status = k.status and coalesce(c.home_team, '') = coalesce(k.team, '')
           and coalesce(c.risk, '') = coalesce(k.risk, '') and c.environments = k.environments
           and (k."hideFrom" is null or c.requester_key <> all(k."hideFrom"))
           and (c.created_at, c.id) < (coalesce(timestamptz 'epoch' + k.micros * interval '1 microsecond', 'infinity'),
             coalesce(k.id, '${NO_ID}'))
         order by c.created_at desc, c.id desc limit k.most
       ) m`,
      [JSON.stringify(asked), ...values],
    );
    return placesOf(rows, parts.length);
  });
}

/** Rows that say which part they are of, as the places of each part. */
export function placesOf(
  rows: readonly { part: number; id: string; micros: string }[],
  parts: number,
): Cursor[][] {
  const places: Cursor[][] = Array.from({ length: parts }, () => []);
  for (const { part, id, micros } of rows) places[part]?.push({ id, micros: Number(micros) });
  return places;
}

/** The newest changes that wait for an approval with more approvers than their kind has, at most `limit`. */
export async function findEscalated(sql: Sql, limit: number): Promise<(ListedChange & { place: Cursor })[]> {
  const { rows } = await sql.query(
    `${LISTED}
     join (select change_id, revision, asked_at from decisions
       where answer is null and gate = 'approval' and escalated <> '{}' order by asked_at desc limit $1) q
       on q.change_id = c.id and q.revision = c.revision
     where c.status = 'waiting'`,
    [limit],
  );
  return rows.map((row) => {
    const change = ListedChange.parse(row);
    return { ...change, place: { id: change.id, micros: Number(row["micros"]) } };
  });
}

/** These changes as rows of a list, in the order of the ids. */
export async function findListed(sql: Sql, ids: readonly string[]): Promise<ListedChange[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql.query(
    `${LISTED} join unnest($1::uuid[]) with ordinality w (id, place) on w.id = c.id order by w.place`,
    [ids],
  );
  return rows.map((row) => ListedChange.parse(row));
}

/** The changes whose id begins with these hexadecimal digits, at most `limit`. */
export async function findByPrefix(sql: Sql, digits: string, limit: number): Promise<ListedChange[]> {
  const { rows } = await sql.query(
    `${LISTED} where c.id between $1::text::uuid and $2::text::uuid order by c.created_at desc limit $3`,
    [digits.padEnd(32, "0"), digits.padEnd(32, "f"), limit],
  );
  return rows.map((row) => ListedChange.parse(row));
}

const KEY = "c.status, coalesce(c.home_team, ''), coalesce(c.risk, ''), c.environments";
/** Behind every id there is. */
export const NO_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const KIND =
  "c.status, coalesce(c.home_team, '') as team, coalesce(c.risk, '') as risk, c.environments as environments";

const LISTED = `
  select c.id, c.status, left(c.request, 500) as request,
    case when c.title_revision = c.revision then c.title end as title, c.requester, c.risk, c.environments,
    case when c.home_channel is not null then jsonb_build_object('teamId', c.home_team, 'channelId', c.home_channel) end as home,
    c.plan_only as "planOnly", c.created_at as "createdAt", c.ended_at as "endedAt",
    (extract(epoch from c.created_at) * 1000000)::bigint::text as micros,
    coalesce((select d.escalated from decisions d where d.change_id = c.id and d.gate = 'approval' and d.revision = c.revision
      order by d.round desc limit 1), '{}') as escalated,
    (select m.ts from messages m where m.change_id = c.id and m.name = 'card') as "cardTs",
    exists (select 1 from journal j where j.change_id = c.id) as "hasRun"
  from changes c`;

function within(scope: Scope, parameter: number): { where: string; values: string[] } {
  switch (scope.of) {
    case "everybody":
      return { where: "true", values: [] };
    case "channel":
      return { where: `c.home_channel = $${parameter}`, values: [scope.channelId] };
    case "requester":
      return { where: `c.requester_key = $${parameter}`, values: [scope.key] };
  }
}
