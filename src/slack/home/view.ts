import type { types } from "@slack/bolt";
import type { HeldTarget, ListedChange } from "#change/listed.ts";
import { readTarget, targetInWords } from "#change/target.ts";
import { idPiece, rowTitle, shortId } from "#slack/cards/listed-rows.ts";
import type { Seen } from "#slack/cards/unknown-step.ts";
import {
  bold,
  bullets,
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
import type { LinkTo } from "#slack/text/link-to.ts";
import { statusWords } from "#slack/text/states.ts";
import { cutMiddle, inert, oneLine } from "#slack/text/text.ts";
import { askedBlocks, besideRow } from "./asked.ts";
import type { HomeContent, HomeGroup } from "./content.ts";

const REQUEST_CHARS = 150;
const MOST_LOCKS = 15;
const TARGET_CHARS = 110;
const ENVIRONMENTS_CHARS = 40;

const titles: Record<HomeGroup, { title: string; none: string }> = {
  waiting: { title: "Waiting for you", none: "Nothing waits for you." },
  running: { title: "Under way", none: "Nothing is under way that you may see." },
  mine: { title: "Asked for by you", none: "Nothing else of yours." },
  recent: { title: "Ended lately", none: "Nothing has ended yet." },
};

/** The Home of one person: what waits for them first. Pure; at most 10 changes a list, so at most 85 blocks of Slack's 100. */
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
  return home([
    ...top,
    ...section("waiting", waiting),
    ...section("running", rows(groups.running, linkTo)),
    ...section("mine", rows(groups.mine, linkTo)),
    headline("Held targets"),
    ...lockRows(locks, [...groups.waiting, ...groups.running, ...groups.mine], linkTo),
    ...section("recent", rows(groups.recent, linkTo)),
    smallPrint(
      "Ask for a change with `/infra` in a channel. You see what you asked for and what you may approve.",
    ),
  ]);
}

function home(blocks: types.KnownBlock[]): types.HomeView {
  return { type: "home", blocks };
}

/** An answer to a click is mrkdwn made by us, a line each. */
function lines(notice: string): string[] {
  return notice.split("\n").filter((line) => line !== "");
}

function section(group: HomeGroup, blocks: types.KnownBlock[]): types.KnownBlock[] {
  const { title, none } = titles[group];
  return [headline(title), ...(blocks.length === 0 ? [rich(paragraph(said(none)))] : blocks)];
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
  if (locks.length === 0) return [rich(paragraph(said("None by a change that you may see.")))];
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
