import type { ChangeStatus } from "#change/change.ts";
import type { SlackStandIn } from "#playground/slack/slack.ts";
import type { Message } from "#playground/slack/workspace.ts";
import { stateLine, statusWords } from "#slack/text/states.ts";
import type { Program } from "./program.ts";
import { askFor, changeIdOf, directCards, hasButton, now, replies, textOf, waitFor } from "./slack.ts";
import { soon } from "./soon.ts";
import { STAGES } from "./stages.ts";

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
    textOf(blocks).includes(id) && inState("waiting").test(textOf(blocks));
  return waitFor(() => directCards(slack, userId).findLast(isOpen), `the card with ${userId}`);
}

/** Recognises what a card says of a change in this status, whatever its numbers. */
export function inState(status: ChangeStatus): RegExp {
  // A card names whom it waits for.
  if (status === "waiting") return /🟠 Waiting for (?!an answer|a target)|❄ Frozen/u;
  const { change, steps } = STAGES[status];
  const both = [stateLine(change, steps), statusWords(status)];
  return new RegExp(both.map((words) => words.replaceAll(/\d+/g, "\\d+")).join("|"), "u");
}

/** Waits until the card says this. */
export function shows(slack: SlackStandIn, card: Message, what: RegExp): Promise<true> {
  return waitFor(() => (what.test(textOf(now(slack, card))) ? true : undefined), String(what));
}

/** Waits for the verdict under the card. */
export function verdictOf(slack: SlackStandIn, card: Message): Promise<Message> {
  return waitFor(() => replies(slack, card).find(({ broadcast }) => broadcast), "the verdict");
}

/** Waits until the card of a change that only reads is its answer. */
export function answerOf(slack: SlackStandIn, card: Message): Promise<Message> {
  return waitFor(() => answerIn(slack, card), "the answer");
}

/** The card of a change that only reads once it is its answer. */
export function answerIn(slack: SlackStandIn, card: Message): Message | undefined {
  const answer = now(slack, card);
  return hasButton(answer, "greenlight:run_again") && answer;
}

/** Waits until Slack shows all that it is to show. */
export async function untilSent(program: Program): Promise<void> {
  await soon("all messages to be sent", async () => {
    const due = "select 1 from messages where wanted > sent and abandoned is null";
    return (await program.app.database.query(due)).rowCount === 0;
  });
}
