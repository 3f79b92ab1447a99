import type { FastifyReply } from "fastify";
import { z } from "zod";
import type { Change } from "#change/change.ts";
import type { Changes } from "#change/changes.ts";
import type { TokenPerson } from "#change/person.ts";
import { UNLOCK_REASON } from "#change/unlock.ts";
import { After, howAfter, writtenAfter } from "./after.ts";
import { faultsOf, problem, whoCan } from "./problem.ts";
import { viewOf } from "./view.ts";

const Body = z.strictObject({
  reason: z.string().trim().min(UNLOCK_REASON.min).max(UNLOCK_REASON.max),
  after: After,
});

/**
 * Takes a change's targets away for the holder of a token: 200 and the change as it stands then. A call that the network
 * repeats takes nothing that was taken again since: that takes `after`.
 */
export async function unlockByApi(
  changes: Changes,
  given: { change: Change; by: TokenPerson; body: unknown },
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body = Body.safeParse(given.body);
  if (!body.success) return problem(reply, 400, faultsOf(body.error));
  const { change, by } = given;
  const { reason, after } = body.data;
  const writtenAt = writtenAfter(change, after);
  const unlocked = await changes.unlock({ changeId: change.id, by, reason, writtenAt });
  switch (unlocked.kind) {
    case "unlocked":
      return reply.send(viewOf(unlocked.change, await changes.steps(change.id)));
    case "nothing":
      return problem(reply, 409, `${unlocked.reason}${howAfter(unlocked.since)}`);
    case "busy":
      return problem(reply, 409, unlocked.reason);
    case "refused":
      return problem(reply, 403, whoCan(unlocked));
    case "unknown":
      return problem(reply, 404, "There is no change with this thread_id.");
  }
}
