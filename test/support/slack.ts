import assert from "node:assert/strict";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { approvedAs } from "./approved.ts";
import type { Program } from "./program.ts";

const PATIENCE_MS = 60_000;

/** The playground's Slack of a program. */
export function standIn(program: Program): SlackStandIn {
  if (program.app.slack === null) throw new Error("The playground's Slack does not run.");
  return program.app.slack;
}

/** The cards in #infra. */
export function cards(slack: SlackStandIn): Message[] {
  return slack
    .messages(slack.channels.infra)
    .filter((message) => message.threadTs === null && message.botId !== null);
}

/** Types /infra, as Ana unless it says who, and returns the card. */
export async function askFor(
  slack: SlackStandIn,
  request: string,
  as: string = slack.users.ana,
): Promise<Message> {
  const known = new Set(cards(slack).map((card) => card.ts));
  await slack.say({ as, channel: slack.channels.infra, text: `/infra ${request}` }).delivered;
  return waitFor(() => cards(slack).find((card) => !known.has(card.ts)), `the card of ${request}`);
}

/** The card as it stands now. */
export function now(slack: SlackStandIn, card: Message): Message {
  return slack.thread(card.channel, card.ts)[0] ?? card;
}

/** The card's thread. */
export function replies(slack: SlackStandIn, card: Message): Message[] {
  return slack.thread(card.channel, card.ts).slice(1);
}

/** Which change a card shows. */
export function changeIdOf(slack: SlackStandIn, card: Message): Promise<string> {
  const named = () => /"change_id":"([0-9a-f-]{36})"/.exec(textOf(now(slack, card)))?.[1];
  return waitFor(named, "the change's id");
}

/** Everything in a message, as text. */
export function textOf(value: unknown): string {
  return JSON.stringify(value);
}

/** The cards a person has as direct messages of the bot, oldest first. */
export function directCards(slack: SlackStandIn, userId: string): Message[] {
  return slack.messages(`D${userId.slice(1)}`).filter((message) => message.botId !== null);
}

/** A call of the Web API with the bot's own token: what somebody else with it could do. */
export async function callAsBot(
  slack: SlackStandIn,
  method: string,
  args: Record<string, unknown>,
): Promise<{ ok: boolean; ts?: string }> {
  const answer = await fetch(`${slack.apiUrl}${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${slack.tokens.bot}` },
    body: JSON.stringify(args),
  });
  return (await answer.json()) as { ok: boolean; ts?: string };
}

/** True when the button is there, or its entry in a menu. */
export function hasButton(message: Message, actionId: string): true | undefined {
  const text = textOf(message.blocks);
  return text.includes(`"${actionId}"`) || text.includes(entryOf(actionId)) || undefined;
}

/** How an entry of a menu that stands for this button begins. */
function entryOf(actionId: string): string {
  return `"value":"${actionId.replace("greenlight:", "")} `;
}

/**
 * Presses a button and sends off the form it opens, as people mostly do: a name is typed as it is asked for, a reason is
 * given where one is taken. Returns what stands in its place for somebody who may not, or null.
 */
export async function press(
  slack: SlackStandIn,
  as: string,
  card: Message,
  action_id: string,
  stale = false,
): Promise<string | null> {
  const shown = now(slack, card);
  const all = [shown.blocks, ...(stale ? shown.pastBlocks.toReversed() : [])];
  // A name to be typed stands behind the question in the button's value.
  const [, ...name] = (all.flatMap((blocks) => valuesOf(blocks, action_id))[0] ?? "").split(" ");
  const isTyped = action_id === "greenlight:approve" && name.length > 0;
  const hasForm = action_id === "greenlight:reject" || action_id === "greenlight:cancel" || isTyped;
  if (!hasForm) {
    await click(slack, as, card, action_id, stale);
    return null;
  }
  return inTurn(slack, as, async () => {
    const before = slack.modal(as)?.id;
    await click(slack, as, card, action_id, stale);
    const form = () => (slack.modal(as)?.id === before ? undefined : readyModal(slack, as));
    const opened = await waitFor(form, `the form of ${action_id}`);
    if (opened.callback === null) {
      await slack.close({ as, view_id: opened.id }).delivered;
      return opened.text;
    }
    await send(slack, as, fieldsFor(slack, as, name.join(" ")));
    return null;
  });
}

const FIELDS = ["greenlight:target", "greenlight:words"] as const;

/** What is put into the fields that the open form has. */
function fieldsFor(slack: SlackStandIn, as: string, name: string): { [block: string]: string } {
  const blocks = slack.modal(as)?.given.blocks ?? [];
  const has = (field: string) => blocks.some((block) => block["block_id"] === field);
  const texts = FIELDS.filter(has).map((field) => [field, field === FIELDS[0] ? name : "As was agreed"]);
  return Object.fromEntries(texts);
}

/** The form that this person has open, once it stands with its fields. */
export function filledForm(slack: SlackStandIn, as: string): Promise<{ id: string; text: string }> {
  return waitFor(() => {
    const form = readyModal(slack, as);
    return form?.callback == null ? undefined : form;
  }, "the form");
}

/** What forms say until their change was read. */
const OPENING = ["answer", "approve-typed", "break-glass", "details"];

/** The form a person has open, once it is no more than being looked up; `callback` null: it only says something. */
function readyModal(
  slack: SlackStandIn,
  as: string,
): { id: string; callback: string | null; text: string } | undefined {
  const view = slack.modal(as);
  const text = textOf(view?.given);
  if (view === null || OPENING.some((form) => approvedAs(`forms/${form}-opening`).test(text)))
    return undefined;
  const callback = view.given["callback_id"];
  return { id: view.id, callback: typeof callback === "string" ? callback : null, text };
}

const turns = new WeakMap<SlackStandIn, Map<string, Promise<unknown>>>();

/** A person has one form in front of them at a time: another one that opens takes its place. */
function inTurn<Done>(slack: SlackStandIn, as: string, work: () => Promise<Done>): Promise<Done> {
  const mine = turns.get(slack) ?? new Map<string, Promise<unknown>>();
  turns.set(slack, mine);
  const next = (mine.get(as) ?? Promise.resolve()).then(work);
  mine.set(
    as,
    next.catch(() => undefined),
  );
  return next;
}

/** The values of the buttons with this action. */
function valuesOf(part: unknown, action_id: string): string[] {
  if (Array.isArray(part)) return part.flatMap((one) => valuesOf(one, action_id));
  if (typeof part !== "object" || part === null) return [];
  if ("action_id" in part && part.action_id === action_id && "value" in part) return [String(part.value)];
  return Object.values(part).flatMap((one) => valuesOf(one, action_id));
}

/** Presses a button on somebody's Home, or chooses an entry of the menu there: of the change whose id begins so. */
export async function clickOnHome(
  slack: SlackStandIn,
  as: string,
  action: string,
  changeId = "",
): Promise<void> {
  const view = slack.home(as);
  assert.ok(view, `${as} has no Home`);
  const blocks = view.given.blocks.filter((one) => textOf(one).includes(changeId));
  await clickIn(slack, as, { id: view.id, blocks }, action);
}

/** The same in the form that this person has open. */
export async function clickInForm(slack: SlackStandIn, as: string, action: string): Promise<void> {
  const view = await waitFor(() => slack.modal(as) ?? undefined, "the form");
  await clickIn(slack, as, { id: view.id, blocks: view.given.blocks }, action);
}

async function clickIn(
  slack: SlackStandIn,
  as: string,
  view: { id: string; blocks: Record<string, unknown>[] },
  action: string,
): Promise<void> {
  const name = action.replace("greenlight:", "");
  const isPlain = (block: object) => textOf(block).includes(`"action_id":"${action}"`);
  const block = view.blocks.find((one) => isPlain(one) || textOf(one).includes(`"value":"${name} `));
  assert.ok(block, `no ${action} for ${as}`);
  const entry = new RegExp(`"value":"(${name} [^"]*)"`).exec(textOf(block))?.[1];
  const pressed = isPlain(block)
    ? { action_id: action }
    : { action_id: "greenlight:more", selected: entry ?? "" };
  const clicked = slack.click({ as, view_id: view.id, block_id: String(block["block_id"]), ...pressed });
  assert.equal(clicked.ok, true, clicked.error);
  await clicked.delivered;
}

/** Sends the form off that this person has open, with what they put into its fields by block. */
export async function send(
  slack: SlackStandIn,
  as: string,
  texts: { [block: string]: string },
): Promise<void> {
  const form = await waitFor(() => slack.modal(as) ?? undefined, "the form");
  // A reason that a test does not speak of is given, as people do; "" leaves it out.
  const takesReason = /^greenlight:(approve|reject)$/.test(String(form.given["callback_id"]));
  const { "greenlight:target": _, ...why } = takesReason ? fieldsFor(slack, as, "") : {};
  const values = Object.fromEntries(
    Object.entries({ ...why, ...texts }).map(([block, text]) => [block, { text }]),
  );
  const sent = slack.submit({ as, view_id: form.id, values });
  assert.equal(sent.ok, true, sent.error);
  await sent.delivered;
}

/** Presses a button and nothing else. */
export function click(
  slack: SlackStandIn,
  as: string,
  card: Message,
  action_id: string,
  stale = false,
): Promise<unknown> {
  const shown = now(slack, card);
  const all = [...(shown.blocks ?? []), ...(stale ? shown.pastBlocks.flat() : [])];
  const button = all.find((one) => textOf(one).includes(`"${action_id}"`));
  const block = button ?? all.find((one) => textOf(one).includes(entryOf(action_id)));
  if (block === undefined) throw new Error(`There is no ${action_id} to press.`);
  const { channel, ts } = card;
  const [, selected = ""] =
    /^"value":"([^"]*)/u.exec(textOf(block).slice(textOf(block).indexOf(entryOf(action_id)))) ?? [];
  const pressed = button === undefined ? { action_id: "greenlight:more", selected } : { action_id };
  const clicked = slack.click({ as, channel, ts, block_id: String(block["block_id"]), ...pressed, stale });
  assert.equal(clicked.ok, true, clicked.error);
  return clicked.delivered;
}

/** Presses a button and returns the private answer to it, as text: in a form's place or below the card. */
export async function answerTo(
  slack: SlackStandIn,
  as: string,
  card: Message,
  action_id: string,
  stale = false,
): Promise<string> {
  const before = slack.ephemerals(as).length;
  const instead = await press(slack, as, card, action_id, stale);
  if (instead !== null) return instead;
  return textOf(await waitFor(() => slack.ephemerals(as)[before], "a private answer"));
}

/** Types a command and returns the private answer to it. */
export async function typed(
  slack: SlackStandIn,
  text: string,
  from: { as?: string; channel?: string } = {},
): Promise<Message> {
  const { as = slack.users.ana, channel = slack.channels.infra } = from;
  const before = slack.ephemerals(as).length;
  await slack.say({ as, channel, text }).delivered;
  return waitFor(() => slack.ephemerals(as)[before], `an answer to ${text}`);
}

/** Every text of a message that Slack would parse. */
export function mrkdwnOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnOf);
  if (typeof value !== "object" || value === null) return [];
  const own = "type" in value && value.type === "mrkdwn" && "text" in value ? [String(value.text)] : [];
  return [...own, ...Object.values(value).flatMap(mrkdwnOf)];
}

/** Looks until there is something, or fails with what did not come. */
export async function waitFor<Found>(
  look: () => Found | undefined,
  what: string,
  patienceMs = PATIENCE_MS,
): Promise<Found> {
  const giveUp = Date.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > giveUp) throw new Error(`${what} did not come within ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
