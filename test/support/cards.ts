import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import type { Program } from "./program.ts";
import { askFor, changeIdOf, directCards, hasButton, now, replies, textOf, waitFor } from "./slack.ts";
import { soon } from "./soon.ts";

/** Asks as Ana, and waits until the card can be decided. */
export async function waitingCard(slack: SlackStandIn, request: string): Promise<Message> {
  const card = await askFor(slack, request);
  await waitFor(() => hasButton(now(slack, card), "greenlight:approve"), "the buttons");
  return card;
}

/** The card with one approver, once it stands there and asks. */
export async function directOf(slack: SlackStandIn, userId: string, card: Message): Promise<Message> {
  const id = await changeIdOf(slack, card);
  const isOpen = ({ blocks }: Message) =>
    textOf(blocks).includes(id) && /Waiting for approval/.test(textOf(blocks));
  return waitFor(() => directCards(slack, userId).findLast(isOpen), `the card with ${userId}`);
}

/** Waits until the card says this. */
export function shows(slack: SlackStandIn, card: Message, what: RegExp): Promise<true> {
  return waitFor(() => (what.test(textOf(now(slack, card))) ? true : undefined), String(what));
}

/** Waits for the verdict under the card. */
export function verdictOf(slack: SlackStandIn, card: Message): Promise<Message> {
  return waitFor(() => replies(slack, card).find(({ broadcast }) => broadcast), "the verdict");
}

/** Waits until Slack shows all that it is to show. */
export async function untilSent(program: Program): Promise<void> {
  await soon("all messages to be sent", async () => {
    const due = "select 1 from messages where wanted > sent and abandoned is null";
    return (await program.app.database.query(due)).rowCount === 0;
  });
}
