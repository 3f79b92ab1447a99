import { z } from "zod";
import { type Change, isEnded } from "#change/change.ts";
import type { Changes, RollbackAsked } from "#change/changes.ts";
import { Thumb } from "#change/model-use.ts";
import type { FindPlace } from "#slack/client/channels.ts";
import type { People } from "#slack/client/people.ts";
import type { Where } from "#slack/client/where.ts";
import { inert } from "#slack/text/text.ts";

/** What a click under a verdict takes. */
type AfterNeeds = { changes: Changes; people: People; findPlace: FindPlace };

/** `up:CHANGE` or `down:CHANGE`, as the buttons carry it. */
const ThumbValue = z
  .string()
  .max(60)
  .transform((text) => text.split(":"))
  .pipe(z.tuple([Thumb, z.uuid()]));

/** Takes a click on Roll back under a verdict: a request of whoever clicked, checked as a typed one is. */
export async function askRollback(needs: AfterNeeds, where: Where, value: unknown): Promise<string> {
  const id = z.uuid().safeParse(value);
  const change = id.success ? await needs.changes.get(id.data) : null;
  if (change === null) return answerTo({ kind: "unknown" });
  if (!isAtHome(change, where)) return "Nothing was started: this change belongs to another channel.";
  const allowed = await needs.people.mayAsk(where.userId, where.userTeamId, where.channelId);
  if (!allowed.ok) return allowed.reason;
  const place = await needs.findPlace(where.channelId);
  if (!place.ok) return place.reason;
  return answerTo(await needs.changes.askRollback(change.id, allowed.person));
}

/** Takes a thumb: one row for each person, the last one counts. */
export async function giveFeedback(needs: AfterNeeds, where: Where, value: unknown): Promise<string> {
  const thumb = ThumbValue.safeParse(value);
  const change = thumb.success ? await needs.changes.get(thumb.data[1]) : null;
  if (!thumb.success || change === null)
    return "Nothing was noted: Greenlight does not know this change any more.";
  if (!isAtHome(change, where)) return "Nothing was noted: this change belongs to another channel.";
  if (!isEnded(change.status)) return "Nothing was noted: this change goes on.";
  const known = await needs.people.isMember(where.userId, where.userTeamId);
  if (!known.ok) return `Nothing was noted. ${known.reason}`;
  const [verdict] = thumb.data;
  const noted = await needs.changes.giveFeedback(change.id, known.person, verdict);
  if (!noted) return "Nothing was noted: this change goes on.";
  return `Noted: this change went ${verdict === "up" ? "well" : "badly"}. Your last click counts.`;
}

function isAtHome({ home }: Change, where: Where): boolean {
  return home !== null && home.channelId === where.channelId && home.teamId === where.teamId;
}

function answerTo(asked: RollbackAsked): string {
  switch (asked.kind) {
    case "unknown":
      return "Nothing was started: Greenlight does not know this change any more.";
    case "forbidden":
    case "refused":
      return `Nothing was started. ${inert(asked.reason)}`;
    case "repeated":
      return `Its way back is asked for already, as change \`${inert(asked.change.id)}\`: look for its card in this channel. Nothing new was started.`;
    case "accepted":
      return `The way back is change \`${inert(asked.change.id)}\`. Its card comes in this channel, with a plan and an approval of its own. It is your request, so by default somebody else approves it.`;
  }
}
