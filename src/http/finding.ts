import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { ChangeStatus } from "#change/change.ts";
import type { Changes } from "#change/changes.ts";
import type { Cursor, ListedChange } from "#change/listed.ts";
import type { TokenPerson } from "#change/person.ts";
import { faultsOf, problem } from "./problem.ts";

const MOST_LINES = 1_000;
const MAX_PAGE = 100;

/** What a program may ask a list for. A cursor is ours: it is taken as it was given. */
const ListQuery = z.strictObject({
  status: ChangeStatus.nullable().default(null),
  mine: z.stringbool().default(false),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  cursor: z.string().max(200).nullable().default(null).transform(readCursor),
});
const LogsQuery = z.strictObject({
  step: z.coerce.number().int().min(1).max(100).nullable().default(null),
  lines: z.coerce.number().int().min(1).max(MOST_LINES).default(200),
});
const Params = z.object({ thread_id: z.uuid() });

/**
 * Lists of changes by pages, what their steps printed, and terraform's own texts of their plans. Every token reads all of it, as it reads every change.
 * `authenticate`: whose token it is; null once the request was answered with 401.
 */
export function addFinding(
  app: FastifyInstance,
  changes: Changes,
  authenticate: (request: FastifyRequest, reply: FastifyReply) => TokenPerson | null,
): void {
  app.get("/infra-change", async (request, reply) => {
    const person = authenticate(request, reply);
    if (person === null) return reply;
    const query = ListQuery.safeParse(request.query);
    if (!query.success) return problem(reply, 400, faultsOf(query.error));
    const { status, mine, limit, cursor } = query.data;
    const filter = {
      viewer: null,
      group: "all",
      environment: null,
      requester: mine ? person : null,
    } as const;
    const listed = await changes.list({ ...filter, status, limit, after: cursor });
    const next = listed.next === null ? null : writeCursor(listed.next);
    return reply.send({ changes: listed.changes.map(rowOf), next_cursor: next });
  });
  app.get("/infra-change/:thread_id/logs", async (request, reply) => {
    if (authenticate(request, reply) === null) return reply;
    const params = Params.safeParse(request.params);
    const change = params.success ? await changes.get(params.data.thread_id) : null;
    if (change === null) return problem(reply, 404, "There is no change with this thread_id.");
    const query = LogsQuery.safeParse(request.query);
    if (!query.success) return problem(reply, 400, faultsOf(query.error));
    const { step, lines } = query.data;
    const records = (await changes.steps(change.id)).filter((one) => step === null || one.step === step);
    const logs = await Promise.all(
      records.map(async (record) => {
        const { tail, omitted } = await changes.logs(record, { head: 0, tail: lines });
        const { revision, direction, attempt, outcome } = record;
        return { revision, step: record.step, direction, attempt, outcome, omitted, lines: tail };
      }),
    );
    return reply.send({ thread_id: change.id, logs });
  });
  app.get("/infra-change/:thread_id/plan-text", async (request, reply) => {
    if (authenticate(request, reply) === null) return reply;
    const params = Params.safeParse(request.params);
    const change = params.success ? await changes.get(params.data.thread_id) : null;
    if (change === null) return problem(reply, 404, "There is no change with this thread_id.");
    const texts = await changes.planTexts(change);
    const plans = texts.map(({ step, text, omitted }) => ({ step, omitted_lines: omitted, text }));
    return reply.send({ thread_id: change.id, revision: change.revision, plans });
  });
}

function rowOf(change: ListedChange): object {
  return {
    thread_id: change.id,
    status: change.status,
    request: change.request,
    title: change.title,
    requester: change.requester,
    plan_only: change.planOnly,
    risk: change.risk,
    environments: change.environments,
    created_at: change.createdAt,
    ended_at: change.endedAt,
  };
}

function writeCursor({ micros, id }: Cursor): string {
  return Buffer.from(`${micros}.${id}`).toString("base64url");
}

function readCursor(text: string | null, context: z.RefinementCtx): Cursor | null {
  if (text === null) return null;
  const [micros, id] = Buffer.from(text, "base64url").toString().split(".");
  const cursor = z
    .object({ micros: z.coerce.number().int().positive(), id: z.uuid() })
    .safeParse({ micros, id });
  if (cursor.success) return cursor.data;
  context.addIssue({ code: "custom", message: "is not a next_cursor of an earlier answer" });
  return z.NEVER;
}
