import type { FastifyReply } from "fastify";
import { z } from "zod";
import { approversInWords } from "../change/approval.ts";
import { MAX_CANCEL_REASON } from "../change/cancel.ts";
import type { Changes } from "../change/changes.ts";
import type { TokenPerson } from "../change/person.ts";
import { problem } from "./problem.ts";
import { viewOf } from "./view.ts";

const Body = z
  .strictObject({ reason: z.string().trim().max(MAX_CANCEL_REASON).nullable().default(null) })
  .nullish()
  .transform((body) => body ?? { reason: null });

/** Has a change stopped for the holder of a token: 202 and the change as it stands then. */
export async function cancelByApi(
  changes: Changes,
  given: { changeId: string; by: TokenPerson; body: unknown },
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = Body.safeParse(given.body);
  if (!body.success)
    return problem(
      reply,
      400,
      `reason: a text of at most ${MAX_CANCEL_REASON} characters, and nothing else.`,
    );
  const { changeId, by } = given;
  const cancelled = await changes.cancel({ changeId, by, reason: body.data.reason || null });
  switch (cancelled.kind) {
    case "cancelled":
    case "stopping":
      return reply.code(202).send(viewOf(cancelled.change, await changes.steps(changeId)));
    case "already":
      return problem(reply, 409, cancelled.reason);
    case "refused":
      return problem(reply, 403, `${cancelled.reason} Approvers: ${approversInWords(cancelled.terms)}.`);
    case "unknown":
      return problem(reply, 404, "There is no change with this thread_id.");
  }
}
