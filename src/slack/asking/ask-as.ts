import type { SlackMessage } from "#change/change.ts";
import type { Asked } from "#change/changes.ts";
import type { AskingDeps, SlackDeps } from "#slack/client/deps.ts";
import type { Where } from "#slack/client/where.ts";
import { cutMiddle, inert } from "#slack/text/text.ts";

/** A request in words, and the channel where its card is to stand. `source`: the message it came from. The same `key` again is the same request. */
export type AskedFor = {
  request: string;
  channelId: string;
  planOnly: boolean;
  key: string;
  source: SlackMessage | null;
};

type AskedAs = { ok: true; text: string } | { ok: false; about: "place" | "request"; text: string };

const REQUEST_CHARS = 300;

/**
 * Takes somebody's request to the port, and says what only they are told of it. Who they are, and whether others see the card
 * there, is asked of Slack now; no answer is a no. Not taken: `about` says what the reason is about. Throws only for faults of
 * the port.
 */
export async function askAs(
  deps: AskingDeps & Pick<SlackDeps, "nobodyCanApprove">,
  where: Where,
  { channelId, key, ...asked }: AskedFor,
): Promise<AskedAs> {
  const allowed = await deps.people.mayAsk(where.userId, where.userTeamId, channelId);
  if (!allowed.ok) return { ok: false, about: "request", text: allowed.reason };
  const place = await deps.canPostIn(channelId);
  if (!place.ok) return { ok: false, about: "place", text: place.reason };
  const home = { teamId: where.teamId, channelId };
  const became = await deps.changes.ask({ ...asked, requester: allowed.person, home, idempotencyKey: key });
  const there = channelId === where.channelId ? "this channel" : `<#${channelId}>`;
  return answerTo(became, there, deps.nobodyCanApprove);
}

function answerTo(asked: Asked, there: string, nobodyCanApprove: boolean): AskedAs {
  switch (asked.kind) {
    case "forbidden":
    case "refused":
      return { ok: false, about: "request", text: inert(asked.reason) };
    case "repeated":
      return {
        ok: true,
        text: `You have just asked for this, so nothing new was started. It is change \`${inert(asked.change.id)}\`, on its card in ${there}.`,
      };
    case "accepted": {
      const place = asked.change.queuePlace ?? 1;
      const queue = place > 1 ? ` It is number ${place} in the line.` : "";
      const request = inert(cutMiddle(asked.change.request, REQUEST_CHARS));
      if (asked.change.planOnly)
        return {
          ok: true,
          text: `Planning only: ${request}\nThe card in ${there} shows the plan and who would have to approve it.${queue} Nothing of it can run.`,
        };
      const who = nobodyCanApprove
        ? "Nobody is configured to approve yet, so a risky plan will wait; its card says what to do."
        : "If it is risky, it waits until an approver presses Approve; its card says who can.";
      return {
        ok: true,
        text: `Planning: ${request}\nThe card in ${there} follows it from here.${queue} ${who}`,
      };
    }
  }
}
