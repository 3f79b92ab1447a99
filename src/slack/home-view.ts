import type { types } from "@slack/bolt";
import type { Change } from "../change/change.ts";
import type { HeldTarget, ListedChange } from "../change/listed.ts";
import { readTarget, targetInWords } from "../change/target.ts";
import type { LinkTo } from "./blocked-lines.ts";
import {
  bold,
  bullets,
  codeBox,
  datePiece,
  headline,
  type Piece,
  paragraph,
  personPiece,
  rich,
  said,
  smallPrint,
} from "./blocks.ts";
import { approvalActions } from "./card-actions.ts";
import { HOME_ACTIONS } from "./home-clicks.ts";
import type { HomeContent, HomeGroup } from "./home-content.ts";
import { idPiece, shortId } from "./listed-rows.ts";
import { shownCommand } from "./plan-steps.ts";
import { statusWords } from "./states.ts";
import { cutMiddle, oneLine } from "./text.ts";

const REQUEST_CHARS = 150;
/** Commands that take more are read on the card, and decided about there. */
const COMMANDS_CHARS = 800;
const MOST_LOCKS = 15;
const TARGET_CHARS = 110;
const ENVIRONMENTS_CHARS = 40;

const titles: Record<HomeGroup, { title: string; none: string }> = {
  waiting: { title: "Waiting for you", none: "Nothing waits for you." },
  running: { title: "Under way", none: "Nothing is under way that you may see." },
  mine: { title: "Asked for by you", none: "Nothing else of yours." },
  recent: { title: "Ended lately", none: "Nothing has ended yet." },
};

/** The Home of one person: what waits for them first. Pure; at most 10 changes a list, so at most 60 blocks of Slack's 100. */
export function renderHome(
  content: HomeContent | { refusal: string },
  notice: string | null,
  linkTo: LinkTo,
): types.HomeView {
  const top =
    notice === null ? [] : [rich(paragraph(bold("Your last click: "))), smallPrint(...lines(notice))];
  if ("refusal" in content) return home([...top, rich(paragraph(said(content.refusal)))]);
  const { groups, asked, locks } = content;
  const waiting = groups.waiting.flatMap((row) => [
    rich(paragraph(...rowPieces(row, linkTo))),
    ...deciding(asked.get(row.id)),
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
  return changes.length === 0 ? [] : [rich(bullets(changes.map((row) => rowPieces(row, linkTo))))];
}

/** Dates and no ages: a Home stands for hours. */
function rowPieces(change: ListedChange, linkTo: LinkTo): Piece[] {
  const { status, request, requester, environments, risk, createdAt, endedAt } = change;
  const where =
    environments.length === 0 ? [] : [cutMiddle(oneLine(environments.join(", ")), ENVIRONMENTS_CHARS)];
  const about = [...where, ...(risk === null ? [] : [`${risk} risk`])];
  return [
    bold(`${statusWords(status)} `),
    idPiece(change, linkTo),
    said(` ${cutMiddle(oneLine(request), REQUEST_CHARS)}\n`),
    personPiece(requester),
    said(` · ${[...about, ""].join(" · ")}`),
    datePiece(endedAt ?? createdAt),
  ];
}

/** The exact commands with the buttons, where they can all be read right here. */
function deciding(change: Change | undefined): types.KnownBlock[] {
  const steps = change?.plan?.plan ?? [];
  if (change === undefined || steps.length === 0) return [];
  const commands = steps.map(
    (step) => `${step.dir === "" ? "" : `in ${oneLine(step.dir)}: `}${shownCommand(step)}`,
  );
  const isShort = commands.join("\n").length <= COMMANDS_CHARS;
  const buttons = isShort ? approvalActions(change).flatMap(({ elements }) => elements.flatMap(forHome)) : [];
  if (buttons.length === 0) return [];
  return [
    rich(codeBox(commands.join("\n"))),
    { type: "actions", block_id: `greenlight:home:${change.id}`, elements: buttons },
  ];
}

/** Only what is answered by one click: whatever asks for words has its place at the card. */
function forHome(element: types.ActionsBlockElement): types.Button[] {
  if (element.type !== "button" || element.action_id === undefined) return [];
  const id = HOME_ACTIONS.get(element.action_id);
  return id === undefined ? [] : [{ ...element, action_id: id }];
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
