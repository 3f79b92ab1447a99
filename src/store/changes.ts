import { Change, Decision } from "#change/change.ts";
import { type Person, slackIdsOf } from "#change/person.ts";
import type { Plan } from "#change/plan.ts";
import { Bindings } from "#change/preview.ts";
import type { Sql } from "#store/postgres/database.ts";
import { BLOCKED, toBlocked } from "./blocked.ts";
import { toCancel } from "./cancels.ts";
import { toLaterLooks } from "./later-looks.ts";
import { OPEN_HERE, toOpenHere } from "./left-open.ts";
import { toUnlocks } from "./unlocks.ts";

/** One change with its decisions and its place in the queue, or null. */
export async function findChange(sql: Sql, id: string): Promise<Change | null> {
  const { rows } = await sql.query<ChangeRow>(`${SELECT} where c.id = $1`, [id]);
  return rows[0] === undefined ? null : toChange(rows[0]);
}

/** The change that was asked for under this key, or null. */
export async function findByIdempotencyKey(sql: Sql, key: string): Promise<Change | null> {
  const { rows } = await sql.query<ChangeRow>(`${SELECT} where c.idempotency_key = $1`, [key]);
  return rows[0] === undefined ? null : toChange(rows[0]);
}

/** The newest change of this requester with the same words in the same place, to be run or only planned as this one, at most `seconds` old, or null. */
export async function findSameWords(
  sql: Sql,
  same: { requester: Person; request: string; channelId: string; planOnly: boolean },
  seconds: number,
): Promise<Change | null> {
  const { rows } = await sql.query<ChangeRow>(
    `${SELECT} where c.requester_key = $1 and c.request = $2 and c.home_channel = $3
       and c.plan_only = $5 and c.created_at > now() - make_interval(secs => $4) order by c.created_at desc limit 1`,
    [keyOf(same.requester), same.request, same.channelId, seconds, same.planOnly],
  );
  return rows[0] === undefined ? null : toChange(rows[0]);
}

/** How many changes of this requester wait, for a worker or for a person. */
export async function countWaiting(sql: Sql, requester: Person): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    `select count(*)::int as count from changes
     where requester_key = $1 and status in ('queued', 'asking', 'waiting', 'blocked', 'needs_person')`,
    [keyOf(requester)],
  );
  return rows[0]?.count ?? 0;
}

/** A new change's row; the id is the LangGraph thread's id too. `prepared`: its plan; `like`: whose prepared plan it takes over. */
export async function insertChange(
  sql: Sql,
  change: Pick<Change, "id" | "request" | "requester" | "home" | "planOnly"> & {
    idempotencyKey: string;
    source?: Change["source"];
    prepared?: Plan | null;
    like?: string | undefined;
  },
): Promise<void> {
  await sql.query(
    `insert into changes (id, status, request, requester, requester_key, home_team, home_channel, plan_only,
       idempotency_key, prepared_plan, source_channel, source_ts)
     values ($1, 'queued', $2, $3, $4, $5, $6, $7, $8,
       coalesce($9::jsonb, (select prepared_plan from changes where id = $10)), $11, $12)`,
    [
      change.id,
      change.request,
      JSON.stringify(change.requester),
      keyOf(change.requester),
      change.home?.teamId ?? null,
      change.home?.channelId ?? null,
      change.planOnly,
      change.idempotencyKey,
      change.prepared == null ? null : JSON.stringify(change.prepared),
      change.like ?? null,
      change.source?.channelId ?? null,
      change.source?.ts ?? null,
    ],
  );
}

/** One text per person, to count and to lock by. A token that names a Slack user counts as that user. */
export function keyOf(person: Person): string {
  const [slackId] = slackIdsOf(person).toReversed();
  if (slackId !== undefined) return `slack:${slackId}`;
  return person.kind === "token" ? `token:${person.name}` : "policy";
}

type ChangeRow = { [column: string]: unknown };

/** The approvals of the question `d`, the oldest first; those given for another digest are none. */
const APPROVALS = `(
  select coalesce(jsonb_agg(to_jsonb(a) order by a.at), '[]') from approvals a
  where a.change_id = d.change_id and a.gate = d.gate and a.revision = d.revision and a.round = d.round
    and a.digest = d.digest)`;

const SELECT = `
  select c.*, ${BLOCKED} as blocked, ${OPEN_HERE} as open_here_now,
    (select coalesce(jsonb_agg(to_jsonb(d) || jsonb_build_object('approvals', ${APPROVALS}) order by d.asked_at, d.round), '[]')
      from decisions d where d.change_id = c.id) as decisions,
    case when c.work_wanted > c.work_done and c.lease_owner is null then
      (select count(*)::int + 1 from changes q
       where q.work_wanted > q.work_done and q.lease_owner is null
         and (q.work_wanted_at, q.id) < (c.work_wanted_at, c.id))
    end as queue_place
  from changes c`;

function toChange(row: ChangeRow): Change {
  return Change.parse({
    id: row["id"],
    status: row["status"],
    request: row["request"],
    requester: row["requester"],
    home: row["home_channel"] === null ? null : { teamId: row["home_team"], channelId: row["home_channel"] },
    source: row["source_ts"] === null ? null : { channelId: row["source_channel"], ts: row["source_ts"] },
    planOnly: row["plan_only"],
    revision: row["revision"],
    plan: row["plan"],
    stepRisks: row["step_risks"],
    risk: row["risk"],
    riskReasons: row["risk_reasons"],
    environments: row["environments"],
    previews: row["previews"],
    places: toPlaces(row["bindings"]),
    digest: row["digest"],
    blocked: toBlocked(row["blocked"]),
    openHere: toOpenHere(row["open_here_now"]),
    unlocks: toUnlocks(row["unlocks"]),
    cancel: toCancel(row),
    stopAsked: row["stop_asked"],
    refusedPlan: row["refused_plan"],
    answer: row["answer"],
    currentStep: row["current_step"],
    review: row["review"],
    laterLooks: toLaterLooks(row["later_looks"]),
    error: row["error"],
    decisions: Array.isArray(row["decisions"]) ? row["decisions"].map(toDecision) : [],
    queuePlace: row["queue_place"],
    createdAt: row["created_at"],
    updatedAt: row["updated_at"],
    endedAt: row["ended_at"],
  });
}

/** Nowhere before there is a plan. The files of the bindings are thousands of lines, and not read here. */
const Placed = Bindings.pick({ targets: true }).nullable();

function toPlaces(bindings: unknown): string[] {
  return Placed.parse(bindings)?.targets ?? [];
}

/** A decision row, whether read as a row (dates) or inside JSON (texts). */
export function toDecision(row: ChangeRow): Decision {
  return Decision.parse({
    gate: row["gate"],
    revision: row["revision"],
    round: row["round"],
    digest: row["digest"],
    answer: row["answer"],
    by: row["by"],
    reason: row["reason"],
    questions: row["questions"],
    answers: row["answers"],
    approvals: Array.isArray(row["approvals"])
      ? row["approvals"].map(({ by, reason, at }) => ({ by, reason, at: toDate(at) }))
      : [],
    brokeGlass: row["broke_glass"],
    askedAt: toDate(row["asked_at"]),
    expiresAt: toDate(row["expires_at"]),
    remindedAt: toDate(row["reminded_at"]),
    warnedAt: toDate(row["warned_at"]),
    escalatedAt: toDate(row["escalated_at"]),
    escalated: row["escalated"],
    decidedAt: toDate(row["decided_at"]),
  });
}

function toDate(value: unknown): unknown {
  return typeof value === "string" ? new Date(value) : value;
}
