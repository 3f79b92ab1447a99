import { z } from "zod";
import { isUserId } from "./blocks.ts";
import type { DecideAs, Where } from "./deciding.ts";
import { answerOfAction, readButton } from "./questions.ts";

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

/** What a button does beside answering a question: takes its value, and says what only the person who clicked is told. */
export type Act = (where: Where, value: unknown, body: unknown) => Promise<string>;

/** Answers one click: returns what only the person who clicked is told. `acts` by action id. Throws only for faults of the port. */
export function createButtons(
  decideAs: DecideAs,
  acts: Readonly<Record<string, Act>>,
): (body: unknown) => Promise<string> {
  return async (body) => {
    const click = Click.safeParse(body);
    const action = click.data?.actions[0];
    if (!click.success || action === undefined) return OLD;
    const act = Object.hasOwn(acts, action.action_id) ? acts[action.action_id] : undefined;
    if (act !== undefined) return act(whereOf(click.data), action.value, body);
    const asks = Object.hasOwn(answerOfAction, action.action_id)
      ? answerOfAction[action.action_id]
      : undefined;
    const read = readButton(action.value ?? "");
    if (asks === undefined || read === null) return OLD;
    return decideAs(whereOf(click.data), { ...read.question, ...asks, reason: null });
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

/** A person of another workspace in a shared channel has that workspace's id as their own. */
function whereOf({ user, team, channel, container }: Click): Where {
  const teamId = team?.id ?? "";
  const channelId = channel?.id ?? container?.channel_id ?? "";
  return { userId: user.id, userTeamId: user.team_id ?? teamId, teamId, channelId };
}
