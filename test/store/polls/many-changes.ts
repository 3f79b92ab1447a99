import { createHash } from "node:crypto";
import type { Database } from "#store/postgres/database.ts";

/** How many changes there are. */
export const CHANGES = 100_000;
/** Of the newest, how many are open; of the others one in so many still is. */
const NEWEST_OPEN = 300;
const OLD_OPEN_EVERY = 500;

/** The id of the change with this number: no order of their own, as of ids that are drawn. */
export function idOf(n: number): string {
  const hex = createHash("md5").update(String(n)).digest("hex");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

/** The numbers of open changes: the newest are split up by what they wait for, and the older ones wait for an approval. */
export const OPEN = {
  running: CHANGES - NEWEST_OPEN + 1,
  blocked: CHANGES - NEWEST_OPEN + 11,
  queued: CHANGES - NEWEST_OPEN + 31,
  needsPerson: CHANGES - NEWEST_OPEN + 51,
  asking: CHANGES - NEWEST_OPEN + 71,
  waiting: CHANGES - NEWEST_OPEN + 111,
};

/** How much of what the loops go through there is. */
export const PENDING = { messages: 60, locks: 90, blocked: 20, laterLooks: 20 };

/**
 * Fills a database as a few years leave it: nearly all ended, five hundred open, and of each the rows of its story. What is
 * read by its change's key alone has few rows of each, so that this takes seconds.
 */
export async function fillManyChanges(database: Database): Promise<void> {
  await database.transaction(async (sql) => {
    // Neither foreign keys nor triggers, and the indexes are built at the end: what they would write is written here.
    await sql.query("set local session_replication_role = replica");
    const { rows: indexes } = await sql.query<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes
       where tablename = any ($1) and indexname not in (select conname from pg_constraint)`,
      [TABLES],
    );
    for (const { name } of indexes) await sql.query(`drop index ${name}`);
    for (const statement of FILL) await sql.query(statement);
    for (const { definition } of indexes) await sql.query(definition);
  });
  for (const table of TABLES) await database.query(`vacuum analyze ${table}`);
}

const TABLES =
  "changes decisions approvals journal log_lines events messages model_calls model_spent touched target_locks homes sealed_files feedback later_looks left_open looks".split(
    " ",
  );

/** The same in PostgreSQL. */
const sqlId = (n: string) =>
  `overlay(overlay(md5((${n})::text) placing '4' from 13) placing '8' from 17)::uuid`;

const FILL = [
  `create temp table roles on commit drop as
   select n, ${sqlId("n")} as id, k, case when k is null then
       (array['done','done','done','done','done','done','done','failed','rejected','expired','cancelled','rolled_back','planned','accepted'])[1 + n % 14]
     when k <= 10 then 'running' when k <= 30 then 'blocked' when k <= 50 then 'queued' when k <= 70 then 'needs_person'
     when k <= 110 then 'asking' else 'waiting' end as status,
     now() - (${CHANGES} - n) * interval '10 minutes' as at
   from (select n, case when n > ${CHANGES - NEWEST_OPEN} then n - ${CHANGES - NEWEST_OPEN}
     when n % ${OLD_OPEN_EVERY} = 0 then ${NEWEST_OPEN} + n / ${OLD_OPEN_EVERY} end as k from generate_series(1, ${CHANGES}) n) numbered`,

  `insert into changes (id, status, request, requester, requester_key, home_team, home_channel, plan_only, idempotency_key,
     risk, environments, digest, targets, created_at, ended_at, event_seq, work_wanted, work_done, work_wanted_at,
     lease_owner, lease_epoch, lease_until, blocked_by, blocked_target, blocked_since, stop_asked)
   select id, status, 'scale service-' || n % 50 || ' to ' || n % 7 || ' replicas',
     jsonb_build_object('kind', 'slack', 'teamId', 'T1', 'userId', 'U' || n % 300), 'slack:U' || n % 300,
     case when n % 20 > 0 then 'T1' end, case when n % 20 > 0 then 'C' || n % 40 end, status = 'planned', n::text,
     (array['high','medium','low'])[1 + n % 3],
     case when n % 7 = 0 then array['staging'] when n % 7 = 1 then array['production','staging'] else array['production'] end,
     'd', array['kubectl c p deployments service-' || n], at, case when k is null then at end, 1, 1,
     case when status in ('queued', 'running') then 0 else 1 end, at,
     case when status = 'running' then 'somebody' end, 1, case when status = 'running' then now() + interval '1 hour' end,
     case when status = 'blocked' then ${sqlId(`${OPEN.running} + k % 10`)} end,
     case when status = 'blocked' then 'kubectl c p deployments service-' || (${OPEN.running} + k % 10) end,
     case when status = 'blocked' then at end, false
   from roles`,

  `insert into decisions (change_id, gate, revision, round, digest, interrupt_id, answer, by, asked_at, decided_at, expires_at, escalated, next_at)
   select id, case status when 'asking' then 'answers' when 'needs_person' then 'operator' else 'approval' end, 1, 1, 'd', 'i',
     case when not is_open then 'approve' end, case when not is_open then '{"kind":"policy","version":"v"}'::jsonb end, at,
     case when not is_open then at end, case when status <> 'needs_person' then now() + interval '1 day' + k * interval '1 second' end,
     case when k % 40 = 0 and status = 'waiting' then array['production'] else '{}' end,
     case when is_open and status <> 'needs_person' then now() + interval '1 hour' + k * interval '1 second' end
   from (select *, status in ('asking', 'needs_person', 'waiting') as is_open from roles) r where status <> 'queued'`,
  `insert into approvals (change_id, gate, revision, round, digest, by_key, by)
   select id, 'approval', 1, 1, 'd', 'slack:U1', '{"kind":"slack","teamId":"T1","userId":"U1"}' from roles where k is null`,

  `insert into journal (change_id, revision, step, direction, attempt, argv, dir, lease_epoch, finished_at, outcome)
   select id, 1, step, 'forward', 1, '["kubectl", "get", "pods"]', '.', 1, at, 'done'
   from roles, generate_series(1, 2) step where k is null or status = 'needs_person'`,
  `insert into log_lines (change_id, revision, step, direction, attempt, number, stream, text)
   select id, 1, 1, 'forward', 1, 1, 'out', 'deployment.apps/web scaled' from roles where k is null or status = 'needs_person'`,
  // One that printed as much as is kept of a step.
  `insert into log_lines (change_id, revision, step, direction, attempt, number, stream, text)
   select id, 1, 2, 'forward', 1, line, 'out', 'deployment.apps/web scaled, line ' || line
   from roles, generate_series(1, 8000) line where n = ${OPEN.needsPerson}`,
  'insert into events (change_id, seq, event) select id, 1, \'{"type":"asked"}\' from roles',

  `insert into messages (change_id, name, rank, sent, ts, due_at)
   select id, name, rank, 1, '1700000000.' || n || rank, at
   from roles, (values ('card', 0), ('verdict:ended', 1), ('step:1:1:forward:1', 4)) m (name, rank)
   where n % 20 > 0 and (k is null or name = 'card')`,
  // Of fifty open changes something is to be sent: now, later, or once the card stands.
  `insert into messages (change_id, name, rank, due_at, hold_until)
   select id, 'step:1:2:forward:1', 4, now() - interval '1 second', case when n % 3 = 0 then now() + interval '1 hour' end
   from roles where k between 51 and 100 and n % 20 > 0`,
  `insert into messages (change_id, name, rank)
   select id, 'log:1:1:forward:1', 5 from roles where k between 51 and 60 and n % 20 > 0`,
  // A channel the bot was thrown out of: the card of one change in a hundred was given up, and its thread with it.
  `update messages m set ts = null, sent = 0, abandoned = 'not_in_channel' from roles r
   where r.id = m.change_id and m.name = 'card' and r.n % 100 = 1`,
  `update messages m set ts = null, sent = 0, abandoned = 'its card was given up' from roles r
   where r.id = m.change_id and m.name like 'step:%' and r.n % 100 = 1`,

  // Of the last day's changes a call each of the Planner and the Reviewer, and as many of each change before.
  `insert into model_calls (change_id, agent, try, model, outcome, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, duration_ms, at)
   select id, agent, 1, 'm', 'ok', 10, 10, 0, 0, 5, case when n > ${CHANGES} - 2000 then now() else at end
   from roles, unnest(array['planner', 'reviewer']) agent order by n`,
  `insert into model_spent (day, requester_key, input, output)
   select (now() at time zone 'utc')::date, 'slack:U' || n, 100, 100 from generate_series(1, 60) n`,
  `insert into touched (change_id, namespace, kind, name, asked_at)
   select id, 'production', 'deployments', 'service-' || n % 50, at from roles`,
  `insert into touched (change_id, namespace, kind, name, asked_at)
   select id, 'namespace-' || n % 30, 'configmaps', 'service-' || n % 50, at from roles where n % 10 = 0`,
  `insert into target_locks (target, change_id)
   select 'kubectl c p deployments service-' || n || case when part > 1 then '-' || part else '' end, id
   from roles, generate_series(1, 3) part where status in ('running', 'needs_person')`,
  `insert into homes (user_id, team_id, opened_at, wanted, sent, due_at, notice_at)
   select 'U' || n, 'T1', now() - n * interval '30 minutes', 2, case when n % 20 = 0 then 1 else 2 end, now(), null
   from generate_series(1, 3000) n`,
  `insert into sealed_files (change_id, revision, step, name, sha256, sealed, path)
   select id, 1, 1, 'errored.tfstate', 's', '\\x00', 'p' from roles where n % 10 = 0`,
  // Half of those that wait for a person have lost their targets.
  "update target_locks l set free_at = now() + interval '1 hour' from roles r where r.id = l.change_id and r.status = 'needs_person'",
  `insert into left_open (change_id, targets) select id, array['kubectl c p deployments service-' || n] from roles
   where status = 'needs_person' and n % 2 = 0`,
  // Of the changes of the last ten minutes some are still to be looked at, and of those of the last day a file is kept.
  `insert into later_looks (change_id, number, due_at)
   select id, look, now() - interval '1 minute' + look * interval '2 minutes' from roles, generate_series(1, 2) look
   where k is null and n > ${CHANGES - NEWEST_OPEN} - ${PENDING.laterLooks}`,
  `insert into sealed_files (change_id, revision, step, name, sha256, sealed, path, forget_at)
   select id, 1, 1, 'states', 's', '\\x00', '', now() + interval '1 hour' from roles where k is null and n > ${CHANGES} - 2000`,
  `insert into looks (change_id, revision, number, argv, dir, outcome, shown, sha256, ms)
   select id, 1, look, array['kubectl', 'get', 'pods'], '', 'seen', 'NAME READY', 's', 9 from roles, generate_series(1, 4) look`,
  `insert into feedback (change_id, by_key, verdict) select id, 'slack:U1', 'up' from roles where k is null and n % 5 = 0`,
];
