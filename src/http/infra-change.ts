import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { Answer, answersOf, Gate, lastDecision, openDecision } from "#change/change.ts";
import { type Changes, MAX_REQUEST_LENGTH, requestText } from "#change/changes.ts";
import type { TokenPerson } from "#change/person.ts";
import { MAX_ANSWER_LENGTH, MAX_REQUESTED_CHANGES_LENGTH } from "#change/planning/question.ts";
import { cancelByApi } from "./cancel.ts";
import { addFinding } from "./finding.ts";
import { faultsOf, problem, whoCan } from "./problem.ts";
import { type Token, whoIs } from "./tokens.ts";
import { unlockByApi } from "./unlock.ts";
import { viewOf } from "./view.ts";

const AskBody = z.strictObject({
  description: z.string().transform(requestText).pipe(z.string().min(1).max(MAX_REQUEST_LENGTH)),
  plan_only: z.boolean().default(false),
});
const DecisionBody = z.strictObject({
  answer: Answer,
  revision: z.int(),
  digest: z.string().regex(/^[0-9a-f]{12,64}$/, "is the digest, or its first 12 characters"),
  round: z.int().min(1).optional(),
  reason: z.string().max(MAX_REQUESTED_CHANGES_LENGTH).nullable().default(null),
  target: z.string().max(200).optional(),
  answers: z.array(z.string().max(MAX_ANSWER_LENGTH)).max(3).optional(),
});
const Params = z.object({ thread_id: z.uuid() });
const IdempotencyKey = z.string().min(1).max(200).optional();

/** The API under /infra-change: the same port as Slack's, for programs. Every answer is for a known token only. */
export function addInfraChange(app: FastifyInstance, changes: Changes, tokens: readonly Token[]): void {
  app.post("/infra-change", async (request, reply) => {
    const person = authenticate(request, reply, tokens);
    if (person === null) return reply;
    const body = AskBody.safeParse(request.body);
    const key = IdempotencyKey.safeParse(request.headers["idempotency-key"]);
    if (!body.success) return problem(reply, 400, faultsOf(body.error));
    if (!key.success) return problem(reply, 400, "Idempotency-Key: 1 to 200 characters.");
    const asked = await changes.ask({
      request: body.data.description,
      requester: person,
      home: null,
      planOnly: body.data.plan_only,
      idempotencyKey: `api:${person.name}:${key.data ?? randomUUID()}`,
    });
    if (asked.kind === "forbidden") return problem(reply, 403, asked.reason);
    if (asked.kind === "refused") return problem(reply, 429, asked.reason);
    // Answered with the other change, whoever asks would believe that theirs is under way.
    if (asked.kind === "repeated" && asked.isOther) return problem(reply, 409, whoseKey(asked.change.id));
    return reply.code(202).send(viewOf(asked.change, []));
  });
  app.get("/infra-change/:thread_id", async (request, reply) => {
    if (authenticate(request, reply, tokens) === null) return reply;
    const found = await findChange(changes, request);
    if (found === null) return problem(reply, 404, "There is no change with this thread_id.");
    return reply.send(viewOf(found, await changes.steps(found.id)));
  });
  addFinding(app, changes, (request, reply) => authenticate(request, reply, tokens));
  app.get("/infra-change/:thread_id/events", async (request, reply) => {
    if (authenticate(request, reply, tokens) === null) return reply;
    return problem(reply, 501, "The stream of events is not available yet. Poll the change itself.");
  });
  for (const [word, act] of [
    ["cancel", cancelByApi],
    ["unlock", unlockByApi],
  ] as const) {
    app.post(`/infra-change/:thread_id/${word}`, async (request, reply) => {
      const by = authenticate(request, reply, tokens);
      if (by === null) return reply;
      const change = await findChange(changes, request);
      if (change === null) return problem(reply, 404, "There is no change with this thread_id.");
      return act(changes, { change, by, body: request.body }, reply);
    });
  }
  app.post("/infra-change/:thread_id/decision", async (request, reply) => {
    const person = authenticate(request, reply, tokens);
    return person === null ? reply : decide(changes, person, request, reply);
  });
}

function whoseKey(id: string): string {
  return `Another request was sent with this Idempotency-Key (thread_id ${id}), so this one was not taken. Send it with a key of its own.`;
}

async function decide(
  changes: Changes,
  by: TokenPerson,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = DecisionBody.safeParse(request.body);
  if (!body.success) return problem(reply, 400, faultsOf(body.error));
  const change = await findChange(changes, request);
  if (change === null) return problem(reply, 404, "There is no change with this thread_id.");
  const { answer } = body.data;
  const gate = Gate.options.find((one) => answersOf[one].includes(answer)) ?? "operator";
  const { answers, target, round: named, ...said } = body.data;
  const times = gate === "operator" ? (lastDecision(change, gate)?.round ?? 1) : 1;
  if (named === undefined && times > 1) return problem(reply, 409, whichRound(times));
  // Else what a program saw is named by revision and digest, and the round is ours to know.
  const round = named ?? openDecision(change)?.round ?? lastDecision(change, gate)?.round ?? 1;
  const given = {
    ...said,
    ...(answers === undefined ? {} : { answers }),
    ...(target === undefined ? {} : { target }),
  };
  const decided = await changes.decide({ ...given, changeId: change.id, gate, round, by });
  switch (decided.kind) {
    case "decided":
      return reply.send(viewOf(decided.change, await changes.steps(change.id)));
    case "already":
      return problem(reply, 409, `It is decided already: ${decided.decision.answer}.`);
    case "stale":
      return problem(reply, 409, decided.reason);
    case "counted":
      return reply
        .code(decided.isNew ? 202 : 200)
        .send(viewOf(decided.change, await changes.steps(change.id)));
    case "refused":
      return problem(reply, decided.lacks === "reason" ? 400 : 403, whoCan(decided));
    case "unknown":
      return problem(reply, 404, "There is no change with this thread_id.");
  }
}

/** An answer that the network repeats names the same plan: to the next question it would be a second permission. */
function whichRound(times: number): string {
  return `A person was asked ${times} times about this plan by now. Read the change, and name the round of the question you answer (decisions, gate operator).`;
}

function authenticate(
  request: FastifyRequest,
  reply: FastifyReply,
  tokens: readonly Token[],
): TokenPerson | null {
  const person = whoIs(request.headers.authorization, tokens);
  if (person === null) {
    reply.header("www-authenticate", "Bearer");
    const closed =
      tokens.length === 0 ? " No token is configured: set GREENLIGHT_API_TOKENS to open the API." : "";
    problem(reply, 401, `Send a known token as "Authorization: Bearer ...".${closed}`);
  }
  return person;
}

async function findChange(changes: Changes, request: FastifyRequest) {
  const params = Params.safeParse(request.params);
  return params.success ? changes.get(params.data.thread_id) : null;
}
