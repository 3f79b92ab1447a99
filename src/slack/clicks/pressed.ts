import { z } from "zod";
import type { Where } from "#slack/client/where.ts";
import { isUserId } from "#slack/text/blocks.ts";
import { MORE } from "#slack/text/buttons.ts";

/** Where somebody is answered: in a channel; `channelId` null: at the top of their Home, which is in none. */
export type AnswerPlace = { userId: string; channelId: string | null; threadTs: string | null };

/** A form that is open, with what it keeps. */
type OpenForm = { viewId: string; kept: Kept };

/**
 * One click: which button or entry of a menu, what it carries, who pressed it and where, and where they are answered. `form`:
 * it stands in a form; where that was opened is where the click counts. `place` null: Slack does not say where it was. `ts`:
 * when, as Slack's ts.
 */
export type Pressed = {
  action: string;
  value: string | null;
  triggerId: string | null;
  where: Where;
  place: AnswerPlace | null;
  form: OpenForm | null;
  ts: string | undefined;
};

const Ts = z.string().regex(/^\d{1,12}\.\d{1,9}$/u);

/** What a form keeps to be told when it comes back: which button opened it, where to answer, and when it was pressed, as Slack's ts. */
const Kept = z.object({
  value: z.string(),
  channelId: z.string().nullable(),
  threadTs: z.string().nullable(),
  // Forms of an earlier version stand open without it.
  pressedTs: Ts.optional(),
});
export type Kept = z.infer<typeof Kept>;

/** A person as every click and form names them; Slack vouches for both. */
export const Presser = {
  user: z.object({ id: z.string().refine(isUserId), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
};
type Presser = {
  user: { id: string; team_id?: string | undefined };
  team?: { id: string } | null | undefined;
};

/** A click as Slack sends it; everything in it but the ids Slack vouches for is a claim. */
const Click = z.object({
  ...Presser,
  trigger_id: z.string().min(1).optional(),
  channel: z.object({ id: z.string() }).nullish(),
  container: z.object({ channel_id: z.string().optional(), thread_ts: z.string().optional() }).nullish(),
  message: z.object({ subtype: z.string().optional() }).nullish(),
  view: z.object({ id: z.string(), type: z.string(), private_metadata: z.string().default("") }).nullish(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: Ts.optional(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});
type Click = z.infer<typeof Click>;

/** Reads a click, or null when it is none that can be read. */
export function readPressed(body: unknown): Pressed | null {
  const click = Click.safeParse(body);
  const [pressed] = click.data?.actions ?? [];
  if (!click.success || pressed === undefined) return null;
  const form = formOf(click.data);
  const place = placeOf(click.data, form);
  return {
    ...meantBy(pressed),
    triggerId: click.data.trigger_id ?? null,
    where: whereOf(click.data, place?.channelId === undefined ? "" : place.channelId, pressed.action_ts),
    place,
    form,
    ts: pressed.action_ts,
  };
}

/** Who acts and where; `channelId` null is on their own Home. A person of another workspace in a shared channel has that workspace's id as their own. */
export function whereOf({ user, team }: Presser, channelId: string | null, ts?: string): Where {
  const teamId = team?.id ?? "";
  const at = channelId === null ? { channelId: "", onHome: true } : { channelId };
  const pressed = ts === undefined ? {} : { at: new Date(Number(ts) * 1_000) };
  return { userId: user.id, userTeamId: user.team_id ?? teamId, teamId, ...at, ...pressed };
}

/** Reads what a form kept, or null when it is of another version. */
export function readKept(text: string): Kept | null {
  try {
    return Kept.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** An entry of a menu says which button it stands for, and what that carries. */
function meantBy(pressed: Click["actions"][number]): { action: string; value: string | null } {
  const entry = pressed.selected_option?.value;
  if (pressed.action_id !== MORE || entry === undefined)
    return { action: pressed.action_id, value: pressed.value ?? null };
  const [name = "", ...rest] = entry.split(" ");
  return { action: `greenlight:${name}`, value: rest.join(" ") };
}

function formOf({ view }: Click): OpenForm | null {
  const kept = view?.type === "modal" ? readKept(view.private_metadata) : null;
  return view?.type === "modal" && kept !== null ? { viewId: view.id, kept } : null;
}

function placeOf(
  { user, channel, container, message, view }: Click,
  form: OpenForm | null,
): AnswerPlace | null {
  if (form !== null) {
    const { channelId, threadTs } = form.kept;
    return { userId: user.id, channelId, threadTs };
  }
  if (view?.type === "home") return { userId: user.id, channelId: null, threadTs: null };
  const channelId = channel?.id ?? container?.channel_id;
  if (channelId === undefined) return null;
  // A verdict that is shown in the channel too is mostly clicked there; an answer in its thread would not be seen.
  const isBroadcast = message?.subtype === "thread_broadcast";
  return { userId: user.id, channelId, threadTs: isBroadcast ? null : (container?.thread_ts ?? null) };
}
