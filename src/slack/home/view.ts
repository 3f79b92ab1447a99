import type { types } from "@slack/bolt";
import type { HeldTarget, ListedChange } from "#change/listed.ts";
import { readTarget, targetInWords } from "#change/target.ts";
import { idPiece, rowTitle, shortId } from "#slack/cards/listed-rows.ts";
import type { Seen } from "#slack/cards/unknown-step.ts";
import {
  bold,
  bullets,
  code,
  dateMrkdwn,
  datePiece,
  headline,
  type Piece,
  paragraph,
  personMrkdwn,
  personPiece,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { button } from "#slack/text/buttons.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { statusWords } from "#slack/text/states.ts";
import { cutMiddle, inert, oneLine } from "#slack/text/text.ts";
import { askedBlocks, besideRow } from "./asked.ts";
import type { HomeContent, HomeGroup } from "./content.ts";

const REQUEST_CHARS = 150;
const MOST_LOCKS = 15;
const TARGET_CHARS = 110;
const ENVIRONMENTS_CHARS = 40;

const titles: Record<HomeGroup, string> = {
  waiting: "Waiting for you",
  mine: "Asked for by you",
  running: "Under way",
  recent: "Ended lately",
};

/**
 * The Home of one person: what waits for them, how to ask, what they asked for, then the rest. A list that is empty has no
 * heading. Pure; at most 10 changes a list, so at most 85 blocks of Slack's 100.
 */
export function renderHome(
  content: HomeContent | { refusal: string },
  notice: string | null,
  linkTo: LinkTo,
): types.HomeView {
  const top =
    notice === null ? [] : [rich(paragraph(bold("Your last click: "))), smallPrint(...lines(notice))];
  if ("refusal" in content) return home([...top, rich(paragraph(said(content.refusal)))]);
  const { groups, asked, locks } = content;
  const waiting = groups.waiting.flatMap((row, index) => [
    ...(index === 0 ? [] : [{ type: "divider" } as const]),
    rich(paragraph(...rowPieces(row, linkTo))),
    ...askedOf(asked.get(row.id)),
  ]);
  const rest = [
    ...section(titles.mine, rows(groups.mine, linkTo)),
    ...section(titles.running, rows(groups.running, linkTo)),
    ...section(
      "Held targets",
      lockRows(locks, [...groups.waiting, ...groups.mine, ...groups.running], linkTo),
    ),
    ...section(titles.recent, rows(groups.recent, linkTo)),
  ];
  if (waiting.length + rest.length === 0) return home([...top, ...greeting()]);
  return home([
    ...top,
    ...(waiting.length === 0
      ? [rich(paragraph(said("Nothing waits for you.")))]
      : [...section(titles.waiting, waiting), { type: "divider" } as const]),
    askRow(),
    ...rest,
    smallPrint("This page shows what you asked for and what you may approve."),
  ]);
}

/** For who has nothing here yet. */
function greeting(): types.KnownBlock[] {
  const hello = said("Hi! Nothing waits for you. Tell me what to change, for example: ");
  return [rich(paragraph(hello, code("scale payment-api to 5 replicas in production"))), askRow()];
}

/** A Home has no composer, so its button opens the form of the shortcut. */
function askRow(): types.ActionsBlock {
  return {
    type: "actions",
    block_id: "greenlight:home:ask",
    elements: [button("ask_form", "Ask for a change", "home", {})],
  };
}

function home(blocks: types.KnownBlock[]): types.HomeView {
  return { type: "home", blocks };
}

/** An answer to a click is mrkdwn made by us, a line each. */
function lines(notice: string): string[] {
  return notice.split("\n").filter((line) => line !== "");
}

function section(title: string, blocks: types.KnownBlock[]): types.KnownBlock[] {
  return blocks.length === 0 ? [] : [headline(title), ...blocks];
}

function rows(changes: readonly ListedChange[], linkTo: LinkTo): types.KnownBlock[] {
  return changes.map((change) => rowAtSide(change, linkTo));
}

function askedOf(seen: Seen | undefined): types.KnownBlock[] {
  return seen === undefined ? [] : askedBlocks(seen);
}

/** The same as a row of what waits, in the one block that takes something at its side: what can be done about it. */
function rowAtSide(change: ListedChange, linkTo: LinkTo): types.SectionBlock {
  const { id, status, requester, home, cardTs, createdAt, endedAt } = change;
  const url = home === null || cardTs === null ? null : linkTo({ ...home, ts: cardTs });
  const name = url === null ? `\`${shortId(id)}\`` : `<${url}|${shortId(id)}>`;
  const about = [
    personMrkdwn(requester),
    ...aboutRow(change).map((one) => inert(one)),
    dateMrkdwn(endedAt ?? createdAt),
  ];
  return {
    type: "section",
    block_id: `greenlight:home:${id}`,
    text: {
      type: "mrkdwn",
      text: `*${statusWords(status)}* ${name} ${inert(rowTitle(change, REQUEST_CHARS))}\n${about.join(" · ")}`,
      verbatim: true,
    },
    accessory: besideRow(change),
  };
}

/** Where and how risky. */
function aboutRow({ environments, risk }: ListedChange): string[] {
  const where =
    environments.length === 0 ? [] : [cutMiddle(oneLine(environments.join(", ")), ENVIRONMENTS_CHARS)];
  return [...where, ...(risk === null ? [] : [`${risk} risk`])];
}

/** Dates and no ages: a Home stands for hours. */
function rowPieces(change: ListedChange, linkTo: LinkTo): Piece[] {
  const { status, requester, createdAt, endedAt } = change;
  const about = aboutRow(change);
  return [
    bold(`${statusWords(status)} `),
    idPiece(change, linkTo),
    said(` ${rowTitle(change, REQUEST_CHARS)}\n`),
    personPiece(requester),
    said(` · ${[...about, ""].join(" · ")}`),
    datePiece(endedAt ?? createdAt),
  ];
}

function lockRows(
  locks: readonly HeldTarget[],
  seen: readonly ListedChange[],
  linkTo: LinkTo,
): types.KnownBlock[] {
  if (locks.length === 0) return [];
  const items = locks.slice(0, MOST_LOCKS).map(({ target, changeId, since, waiting }): Piece[] => {
    const holder = seen.find(({ id }) => id === changeId);
    return [
      bold(cutMiddle(oneLine(targetInWords(readTarget(target))), TARGET_CHARS)),
      said(" · held by "),
      holder === undefined ? said(shortId(changeId)) : idPiece(holder, linkTo),
      ...(holder === undefined ? [] : [said(" of "), personPiece(holder.requester)]),
      said(" since "),
      datePiece(since),
      ...(waiting === 0
        ? []
        : [said(` · ${waiting === 1 ? "1 change waits" : `${waiting} changes wait`} for it`)]),
    ];
  });
  const more = locks.length - items.length;
  return [rich(bullets(items)), ...(more === 0 ? [] : [smallPrint(`and ${more} more`)])];
}
