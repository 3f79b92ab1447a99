import type { Cursor } from "#change/listed.ts";
import { readTarget } from "#change/target.ts";
import type { Sql } from "#store/postgres/database.ts";
import { NO_ID, placesOf } from "./find-changes.ts";
import { newestOf } from "./newest.ts";

/** Writes what a change touches so that it is found by name. Whatever stood there of an earlier revision goes. */
export async function replaceTouched(sql: Sql, changeId: string, keys: readonly string[]): Promise<void> {
  const rows = keys.map(readTarget).flatMap(({ tool, place, namespace, kind, name }) => {
    // A lineage is nobody's word for anything.
    if (kind === "state") return [];
    return [{ namespace, kind, name: tool === "terraform" ? place : name }];
  });
  await sql.query("delete from touched where change_id = $1", [changeId]);
  await sql.query(
    `insert into touched (change_id, namespace, kind, name, asked_at)
     select distinct c.id, t.namespace, t.kind, t.name, c.created_at
     from changes c, jsonb_to_recordset($2) t (namespace text, kind text, name text) where c.id = $1`,
    [changeId, JSON.stringify(rows)],
  );
}

/** Where a name is touched. */
export type Spot = { name: string; namespace: string; kind: string };

/** More places than any name has. */
const MOST_SPOTS = 500;

/** Every place one of these names is touched at. One index entry is read for each, however many changes there are. */
export async function findSpots(sql: Sql, names: readonly string[]): Promise<Spot[]> {
  const { rows } = await sql.query<Spot>(
    `with recursive spots as (
       select s.* from unnest($1::text[]) w (name), lateral (
         select t.name, t.namespace, t.kind from touched t where t.name = w.name
         order by t.namespace, t.kind limit 1) s
       union all
       select n.* from spots s, lateral (
         select t.name, t.namespace, t.kind from touched t
         where t.name = s.name and (t.namespace, t.kind) > (s.namespace, s.kind)
         order by t.namespace, t.kind limit 1) n
     ) select name, namespace, kind from spots limit ${MOST_SPOTS}`,
    [names],
  );
  return rows;
}

/** The newest changes that touch any of these places, at most `limit`, each once. */
export async function findTouching(sql: Sql, spots: readonly Spot[], limit: number): Promise<Cursor[]> {
  return newestOf(spots, { limit, after: null }, async (parts) => {
    const asked = parts.map(({ source, after, most }, part) => ({ ...source, ...after, most, part }));
    const { rows } = await sql.query<{ part: number; id: string; micros: string }>(
      `select s.part, m.id, m.micros from jsonb_to_recordset($1) s (part int, name text, namespace text, kind text,
         micros bigint, id uuid, most int),
       lateral (
         select t.change_id as id, (extract(epoch from t.asked_at) * 1000000)::bigint::text as micros from touched t
         where t.name = s.name and t.namespace = s.namespace and t.kind = s.kind
           and (t.asked_at, t.change_id) < (coalesce(timestamptz 'epoch' + s.micros * interval '1 microsecond', 'infinity'),
             coalesce(s.id, '${NO_ID}'))
         order by t.asked_at desc, t.change_id desc limit s.most
       ) m`,
      [JSON.stringify(asked)],
    );
    return placesOf(rows, parts.length);
  });
}
