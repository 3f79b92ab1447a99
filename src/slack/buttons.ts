import { z } from "zod";
import type { Change } from "../change/change.ts";
import type { Changes, Decided } from "../change/changes.ts";
import { isUserId } from "./blocks.ts";
import { decisionLine } from "./decision-lines.ts";
import type { People } from "./people.ts";
import { answerOfAction, ButtonValue } from "./questions.ts";
import { inert } from "./text.ts";

/** A click as Slack sends it; everything in it but the ids Slack vouches for is a claim. */
const Click = z.object({
  user: z.object({ id: z.string().refine(isUserId), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
  channel: z.object({ id: z.string() }).nullish(),
  container: z.object({ channel_id: z.string().optional(), thread_ts: z.string().optional() }).nullish(),
  message: z.object({ subtype: z.string().optional() }).nullish(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })).min(1),
});
type Click = z.infer<typeof Click>;

/** Where the private answer to a click is shown. */
export type ClickPlace = { userId: string; channelId: string; threadTs: string | null };

const OLD = "This button is from an older card. Look for the newest card of this change in the channel.";
const ELSEWHERE =
  "This change belongs to another channel, so it is decided there. Nothing was decided by this click.";

/** Answers one click: returns what only the person who clicked is told. Throws only for faults of the port. */
export function createButtons(needs: {
  changes: Changes;
  people: People;
}): (body: unknown) => Promise<string> {
  return async (body) => {
    const click = Click.safeParse(body);
    const action = click.data?.actions[0];
    if (!click.success || action === undefined) return OLD;
    const asks = Object.hasOwn(answerOfAction, action.action_id)
      ? answerOfAction[action.action_id]
      : undefined;
    const value = ButtonValue.safeParse(action.value);
    if (asks === undefined || !value.success) return OLD;
    const { id: userId } = click.data.user;
    // A person of another workspace in a shared channel has that workspace's id here.
    const teamId = click.data.user.team_id ?? click.data.team?.id ?? "";
    const allowed = await needs.people.isMember(userId, teamId);
    if (!allowed.ok) return `Nothing was decided. ${allowed.reason}`;
    const change = await needs.changes.get(value.data.changeId);
    if (change === null) return answerTo({ kind: "unknown" });
    if (!isAtHome(change, click.data)) return ELSEWHERE;
    const by = { kind: "slack", teamId, userId } as const;
    return answerTo(await needs.changes.decide({ ...value.data, ...asks, by, reason: null }));
  };
}

/** Where to answer a click, or null when the payload does not say who clicked where. */
export function placeOf(body: unknown): ClickPlace | null {
  const click = Click.safeParse(body);
  const channelId = click.data?.channel?.id ?? click.data?.container?.channel_id;
  if (!click.success || channelId === undefined) return null;
  // A verdict that is shown in the channel too is mostly clicked there; an answer in its thread would not be seen.
  const isBroadcast = click.data.message?.subtype === "thread_broadcast";
  const threadTs = isBroadcast ? null : (click.data.container?.thread_ts ?? null);
  return { userId: click.data.user.id, channelId, threadTs };
}

function isAtHome(change: Change, click: Click): boolean {
  const channelId = click.channel?.id ?? click.container?.channel_id;
  return change.home !== null && change.home.channelId === channelId && change.home.teamId === click.team?.id;
}

function answerTo(decided: Decided): string {
  switch (decided.kind) {
    case "decided":
      return decidedText(decided);
    case "already":
      return `This is decided already: ${decisionLine(decided.decision)}. Your click changed nothing.`;
    case "stale":
      return `Nothing was decided. ${inert(decided.reason)} The card shows where it stands.`;
    case "refused":
      return `Nothing was decided. ${inert(decided.reason)}`;
    case "unknown":
      return "Nothing was decided: Greenlight does not know this change any more.";
  }
}

function decidedText(decided: Extract<Decided, { kind: "decided" }>): string {
  switch (decided.decision.answer) {
    case "approve":
      return "Approved. It runs now; the card and its thread follow it.";
    case "reject":
      return "Rejected. Nothing is run.";
    case "accept":
      return "Accepted as it is. Nothing more is run.";
    case "roll_back":
      return "The rollback starts now; the card and its thread follow it.";
    case null:
      return "Recorded.";
  }
}
