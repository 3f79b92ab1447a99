import { readTarget } from "../change/target.ts";
import type { Sql } from "./database.ts";
import type { Place } from "./find-changes.ts";

/** What is looked for: a name, and where they were said the kind and the namespace. */
export type Wanted = { name: string; kind: string | null; namespace: string | null };

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

/** The newest changes that touch any of these, at most `limit`, each once. A star stands for any where it is wanted by namespace. */
export async function findTouching(sql: Sql, wanted: readonly Wanted[], limit: number): Promise<Place[]> {
  const { rows } = await sql.query<{ id: string; micros: string }>(
    `select distinct on (m.asked_at, m.change_id) m.change_id as id,
       (extract(epoch from m.asked_at) * 1000000)::bigint::text as micros
     from jsonb_to_recordset($1) w (name text, kind text, namespace text), lateral (
       select t.change_id, t.asked_at from touched t
       where t.name = w.name and (w.kind is null or t.kind in (w.kind, '*'))
         and (w.namespace is null or t.namespace in (w.namespace, '*'))
       order by t.asked_at desc, t.change_id desc limit $2
     ) m
     order by m.asked_at desc, m.change_id desc limit $2`,
    [JSON.stringify(wanted), limit],
  );
  return rows.map(({ id, micros }) => ({ id, micros: Number(micros) }));
}
