import type { FastifyReply } from "fastify";
import { z } from "zod";
import { approversInWords } from "#change/approval.ts";
import { MAX_CANCEL_REASON } from "#change/cancel.ts";
import type { Change } from "#change/change.ts";
import type { Changes } from "#change/changes.ts";
import type { TokenPerson } from "#change/person.ts";
import { After, howAfter, writtenAfter } from "./after.ts";
import { problem } from "./problem.ts";
import { viewOf } from "./view.ts";

const Body = z
  .strictObject({
    reason: z.string().trim().max(MAX_CANCEL_REASON).nullable().default(null),
    after: After,
  })
  .nullish()
  .transform((body) => body ?? { reason: null, after: undefined });

/**
 * Has a change stopped for the holder of a token: 202 and the change as it stands then. A call that the network repeats
 * stops no way back that was ordered since: that takes `after`.
 */
export async function cancelByApi(
  changes: Changes,
  given: { change: Change; by: TokenPerson; body: unknown },
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = Body.safeParse(given.body);
  if (!body.success)
    return problem(
      reply,
      400,
      `reason: a text of at most ${MAX_CANCEL_REASON} characters; after: a moment this change tells; and nothing else.`,
    );
  const { change, by } = given;
  const { reason, after } = body.data;
  const writtenAt = writtenAfter(change, after);
  const cancelled = await changes.cancel({ changeId: change.id, by, reason: reason || null, writtenAt });
  switch (cancelled.kind) {
    case "cancelled":
    case "stopping":
      return reply.code(202).send(viewOf(cancelled.change, await changes.steps(change.id)));
    case "already":
      return problem(reply, 409, `${cancelled.reason}${howAfter(cancelled.since)}`);
    case "refused":
      return problem(reply, 403, `${cancelled.reason} Approvers: ${approversInWords(cancelled.terms)}.`);
    case "unknown":
      return problem(reply, 404, "There is no change with this thread_id.");
  }
}
