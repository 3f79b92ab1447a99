import { z } from "zod";
import { type Change, isEnded } from "#change/change.ts";
import type { Asked } from "#change/changes.ts";
import { fulfilled, planned, unfulfilled } from "#slack/cards/again-buttons.ts";
import type { AskingDeps } from "#slack/client/deps.ts";
import type { Where } from "#slack/client/where.ts";
import { statusWords } from "#slack/text/states.ts";
import { cutMiddle, inert } from "#slack/text/text.ts";

const REQUEST_CHARS = 300;

/** Takes a click on Plan again or Run again; its value is a change's id. A request of whoever clicked, with the same words in the same channel, checked as a typed one is. */
export function planAgain(deps: AskingDeps, where: Where, value: unknown): Promise<string> {
  const fits = ({ status }: Change) => unfulfilled.has(status) || fulfilled.has(status);
  const kind = { fits, key: "again", words: AGAIN, ofChange: ({ planOnly }: Change) => planOnly };
  return askAgain(deps, kind, where, value);
}

/** The same for Run this on what was only planned: no plan only any more, so it is judged and approved as a typed request. */
export function runPlanned(deps: AskingDeps, where: Where, value: unknown): Promise<string> {
  const fits = ({ status }: Change) => planned.has(status);
  return askAgain(deps, { fits, key: "run", words: RUN, ofChange: () => false }, where, value);
}

type Words = { accepted: string; repeated: string };
const AGAIN = { accepted: "Planning again", repeated: "This is planned again already" };
const RUN = { accepted: "Asked for, to be run this time", repeated: "This is asked for already" };

/** `ofChange`: whether the new change is a plan only. */
type AgainKind = {
  fits(change: Change): boolean;
  key: string;
  words: Words;
  ofChange(change: Change): boolean;
};

async function askAgain(deps: AskingDeps, kind: AgainKind, where: Where, value: unknown): Promise<string> {
  const id = z.uuid().safeParse(value);
  const change = id.success ? await deps.changes.get(id.data) : null;
  if (change === null) return "Nothing was started: Greenlight does not know this change any more.";
  const { home } = change;
  if (home === null || home.channelId !== where.channelId || home.teamId !== where.teamId)
    return "Nothing was started: this change belongs to another channel.";
  if (!isEnded(change.status))
    return "Nothing was started: this change goes on. Its card shows where it stands.";
  const allowed = await deps.people.mayAsk(where.userId, where.userTeamId, where.channelId);
  if (!allowed.ok) return allowed.reason;
  const place = await deps.canPostIn(where.channelId);
  if (!place.ok) return place.reason;
  if (!kind.fits(change)) return "Nothing was started: this is not how this change ended. Its card shows it.";
  const { request } = change;
  // One successor for each change, however often and by whom it is clicked; that one has a button of its own.
  const idempotencyKey = `${kind.key}:${change.id}`;
  const asked = await deps.changes.ask({
    request,
    planOnly: kind.ofChange(change),
    home,
    requester: allowed.person,
    idempotencyKey,
    like: change.id,
  });
  return answerTo(asked, kind.words);
}

/** A second press comes when the first one's change has ended, too: then that one's card has the button. */
function whereTo({ status }: Change): string {
  return isEnded(status)
    ? `that one has ended by now (${statusWords(status)}). To ask once more, press the button on its card or verdict in this channel.`
    : "look for its card in this channel.";
}

function answerTo(asked: Asked, words: Words): string {
  switch (asked.kind) {
    case "forbidden":
    case "refused":
      return `Nothing was started. ${inert(asked.reason)}`;
    case "repeated":
      return `${words.repeated}, as change \`${inert(asked.change.id)}\`: ${whereTo(asked.change)} Nothing new was started.`;
    case "accepted":
      return `${words.accepted}: ${inert(cutMiddle(asked.change.request, REQUEST_CHARS))}\nIt is change \`${inert(asked.change.id)}\`, and its card comes in this channel. It is your request now, so by default somebody else approves it.`;
  }
}
