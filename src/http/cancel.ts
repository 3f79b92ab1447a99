import type { FastifyReply } from "fastify";
import { z } from "zod";
import { approversInWords } from "../change/approval.ts";
import { MAX_CANCEL_REASON } from "../change/cancel.ts";
import type { Change } from "../change/change.ts";
import type { Changes } from "../change/changes.ts";
import type { TokenPerson } from "../change/person.ts";
import { problem } from "./problem.ts";
import { viewOf } from "./view.ts";

const Body = z
  .strictObject({
    reason: z.string().trim().max(MAX_CANCEL_REASON).nullable().default(null),
    again: z.boolean().default(false),
  })
  .nullish()
  .transform((body) => body ?? { reason: null, again: false });

/**
 * Has a change stopped for the holder of a token: 202 and the change as it stands then. A call that the network repeats
 * stops no way back that was ordered since: that takes `again`.
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
      `reason: a text of at most ${MAX_CANCEL_REASON} characters; again: true or false; and nothing else.`,
    );
  const { change, by } = given;
  const { reason, again } = body.data;
  const writtenAt = again ? undefined : change.cancel?.at;
  const cancelled = await changes.cancel({ changeId: change.id, by, reason: reason || null, writtenAt });
  switch (cancelled.kind) {
    case "cancelled":
    case "stopping":
      return reply.code(202).send(viewOf(cancelled.change, await changes.steps(change.id)));
    case "already":
      return problem(reply, 409, `${cancelled.reason}${howAgain(writtenAt)}`);
    case "refused":
      return problem(reply, 403, `${cancelled.reason} Approvers: ${approversInWords(cancelled.terms)}.`);
    case "unknown":
      return problem(reply, 404, "There is no change with this thread_id.");
  }
}

/** How a call says that it is none the network repeated. */
export function howAgain(before: Date | undefined): string {
  return before === undefined ? "" : ` A call that means it once more says "again": true.`;
}
