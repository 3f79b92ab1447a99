import type { types } from "@slack/bolt";
import { z } from "zod";
import type { Change, ChangeStatus } from "../change/change.ts";
import type { Asked, Changes } from "../change/changes.ts";
import type { FindPlace } from "./channels.ts";
import type { Where } from "./deciding.ts";
import type { People } from "./people.ts";
import { button } from "./questions.ts";
import { cutMiddle, inert } from "./text.ts";

/** The button that asks for the same once more. */
export const PLAN_AGAIN = "greenlight:plan_again";

/** Takes a click on it, and says what only they are told. `value` is a change's id. */
export type PlanAgain = (where: Where, value: unknown) => Promise<string>;

/** What ended without the request being carried out as it was meant. */
const unfulfilled: ReadonlySet<ChangeStatus> = new Set(["expired", "rejected", "failed"]);
const REQUEST_CHARS = 300;

/** The button on the card of a change that ended so. */
export function planAgainActions(change: Change): types.ActionsBlock[] {
  if (!unfulfilled.has(change.status)) return [];
  const again = button("plan_again", "Plan again", change.id, {});
  return [{ type: "actions", block_id: "greenlight:again", elements: [again] }];
}

/** Makes it: a request of whoever clicked, with the same words in the same channel, checked as a typed one is. */
export function createPlanAgain(needs: {
  changes: Changes;
  people: People;
  findPlace: FindPlace;
}): PlanAgain {
  return async (where, value) => {
    const id = z.uuid().safeParse(value);
    const change = id.success ? await needs.changes.get(id.data) : null;
    if (change === null) return "Nothing was started: Greenlight does not know this change any more.";
    const { home } = change;
    if (home === null || home.channelId !== where.channelId || home.teamId !== where.teamId)
      return "Nothing was started: this change belongs to another channel.";
    if (!unfulfilled.has(change.status))
      return "Nothing was started: this change goes on, or did what was asked. Its card shows where it stands.";
    const allowed = await needs.people.mayAsk(where.userId, where.userTeamId, where.channelId);
    if (!allowed.ok) return allowed.reason;
    const place = await needs.findPlace(where.channelId);
    if (!place.ok) return place.reason;
    const { request, planOnly } = change;
    // One successor for each change, however often and by whom it is clicked; that one has a button of its own.
    const idempotencyKey = `again:${change.id}`;
    const asked = await needs.changes.ask({
      request,
      planOnly,
      home,
      requester: allowed.person,
      idempotencyKey,
    });
    return answerTo(asked);
  };
}

function answerTo(asked: Asked): string {
  switch (asked.kind) {
    case "forbidden":
    case "refused":
      return `Nothing was started. ${inert(asked.reason)}`;
    case "repeated":
      return `This is planned again already, as change \`${inert(asked.change.id)}\`: look for its card in this channel. Nothing new was started.`;
    case "accepted":
      return `Planning again: ${inert(cutMiddle(asked.change.request, REQUEST_CHARS))}\nIt is change \`${inert(asked.change.id)}\`, and its card comes in this channel. It is your request now, so by default somebody else approves it.`;
  }
}
