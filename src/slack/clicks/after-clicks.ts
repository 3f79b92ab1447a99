import { z } from "zod";
import { type Change, isEnded } from "#change/change.ts";
import type { RollbackAsked } from "#change/changes.ts";
import { Thumb } from "#change/model/use.ts";
import type { AskingDeps } from "#slack/client/deps.ts";
import type { Where } from "#slack/client/where.ts";
import { inert } from "#slack/text/text.ts";

/** `up:CHANGE` or `down:CHANGE`, as the buttons carry it. */
const ThumbValue = z
  .string()
  .max(60)
  .transform((text) => text.split(":"))
  .pipe(z.tuple([Thumb, z.uuid()]));

/** Takes a click on Roll back under a verdict: a request of whoever clicked, checked as a typed one is. */
export async function askRollback(deps: AskingDeps, where: Where, value: unknown): Promise<string> {
  const id = z.uuid().safeParse(value);
  const change = id.success ? await deps.changes.get(id.data) : null;
  if (change === null) return answerTo({ kind: "unknown" });
  if (!isAtHome(change, where)) return "Nothing was started: this change belongs to another channel.";
  const allowed = await deps.people.mayAsk(where.userId, where.userTeamId, where.channelId);
  if (!allowed.ok) return allowed.reason;
  const place = await deps.canPostIn(where.channelId);
  if (!place.ok) return place.reason;
  return answerTo(await deps.changes.askRollback(change.id, allowed.person));
}

/** Takes a thumb: one row for each person, the last one counts. */
export async function giveFeedback(deps: AskingDeps, where: Where, value: unknown): Promise<string> {
  const thumb = ThumbValue.safeParse(value);
  const change = thumb.success ? await deps.changes.get(thumb.data[1]) : null;
  if (!thumb.success || change === null)
    return "Nothing was noted: Greenlight does not know this change any more.";
  if (!isAtHome(change, where)) return "Nothing was noted: this change belongs to another channel.";
  if (!isEnded(change.status)) return "Nothing was noted: this change goes on.";
  const known = await deps.people.isMember(where.userId, where.userTeamId);
  if (!known.ok) return `Nothing was noted. ${known.reason}`;
  const [verdict] = thumb.data;
  const noted = await deps.changes.giveFeedback(change.id, known.person, verdict);
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
