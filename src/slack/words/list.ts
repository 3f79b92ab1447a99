import type { types } from "@slack/bolt";
import { ChangeStatus } from "#change/change.ts";
import { type Listed, ListGroup } from "#change/listed.ts";
import { listedRows } from "#slack/cards/listed-rows.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import {
  bold,
  code,
  type Part,
  paragraph,
  type Rendered,
  rich,
  said,
  smallPrint,
} from "#slack/text/blocks.ts";
import { sayPieces } from "#slack/text/say.ts";
import { count, inert } from "#slack/text/text.ts";
import type { WordAsked } from "./word.ts";

const MOST_ROWS = 10;
/** With all groups in one answer, which then stays within what Slack takes of one message. */
const MOST_ROWS_EACH = 6;
/** As far as the port counts. */
const MOST_COUNTED = 100;

type Filter = { group: ListGroup | null; environment: string | null; status: ChangeStatus | null };
type Section = { group: ListGroup; listed: Listed };

/** What stands over each group. */
export const GROUP_TITLES: Record<ListGroup, string> = {
  waiting: "Waiting for you",
  mine: "Asked for by you",
  running: "Under way",
  recent: "Ended",
  all: "All",
};

/** Lists changes by group: what waits for whoever asks, theirs, what runs, what ended. */
export async function answerList({ changes, linkTo, now }: SlackDeps, asked: WordAsked): Promise<Rendered> {
  const filter = readFilter(asked.rest);
  if (filter === null) return usage(asked);
  const groups: ListGroup[] =
    filter.group === null ? ["waiting", "mine", "running", "recent"] : [filter.group];
  const sections = await Promise.all(
    groups.map(async (group): Promise<Section> => {
      const { viewer } = asked;
      const { environment, status } = filter;
      const page = { limit: MOST_ROWS, after: null, requester: null };
      return { group, listed: await changes.list({ viewer, group, environment, status, ...page }) };
    }),
  );
  return render(asked, filter, eachOnce(sections), (shown) => listedRows(shown, linkTo, now()));
}

/** Null where the words are no filter. An environment is whatever is neither a group nor a status. */
function readFilter(rest: string): Filter | null {
  const filter: Filter = { group: null, environment: null, status: null };
  for (const word of rest.split(/\s+/u).filter((one) => one !== "")) {
    const group = ListGroup.safeParse(word.toLowerCase());
    const status = ChangeStatus.safeParse(word.toLowerCase().replaceAll("-", "_"));
    // "waiting" and "running" are both; the group holds more, and says so.
    if (group.success && filter.group === null) filter.group = group.data;
    else if (status.success && filter.status === null) filter.status = status.data;
    else if (filter.environment === null && !group.success && !status.success) filter.environment = word;
    else return null;
  }
  return filter.status !== null && filter.group === null ? { ...filter, group: "all" } : filter;
}

/** Every change stands in the first group it belongs to. */
function eachOnce(sections: Section[]): Section[] {
  const seen = new Set<string>();
  return sections.map(({ group, listed }) => {
    const ids = listed.ids.filter((id) => !seen.has(id));
    const shown = listed.changes.filter(({ id }) => !seen.has(id));
    for (const id of listed.ids) seen.add(id);
    return { group, listed: { ...listed, ids, changes: shown } };
  });
}

function render(
  asked: WordAsked,
  filter: Filter,
  sections: Section[],
  rows: (shown: Listed["changes"]) => Part,
): Rendered {
  const filled = sections.filter(({ listed }) => listed.changes.length > 0);
  const most = sections.length === 1 ? MOST_ROWS : MOST_ROWS_EACH;
  const about = [filter.environment, filter.status].filter((one) => one !== null).join(", ");
  const narrowed = about === "" ? "" : ` (${about})`;
  if (filled.length === 0) {
    const what =
      sections.length === 1 ? GROUP_TITLES[sections[0]?.group ?? "all"].toLowerCase() : "here for you";
    return { ...sayPieces([said(`Nothing ${what}${narrowed}.`)], [said(whereFrom(asked))]) };
  }
  const blocks: types.KnownBlock[] = filled.map(({ group, listed }) => {
    const shown = listed.changes.slice(0, most);
    const title = paragraph(bold(`${GROUP_TITLES[group]}${narrowed}`));
    return rich(title, rows(shown), ...more(asked, filter, group, listed, shown.length));
  });
  const counts = filled.map(({ group, listed }) => `${GROUP_TITLES[group]}: ${many(listed)}`);
  return {
    text: inert(`${counts.join(". ")}.`),
    blocks: [...blocks, smallPrint(inert(whereFrom(asked)))],
  };
}

function more(asked: WordAsked, filter: Filter, group: ListGroup, listed: Listed, shown: number): Part[] {
  const left = listed.ids.length - shown;
  if (left <= 0) return [];
  const least = listed.ids.length >= MOST_COUNTED ? "at least " : "";
  const number = said(`and ${least}${count(left)} more`);
  if (filter.group !== null) return [paragraph(number, said(". Narrow it with an environment or a status."))];
  const words = [asked.command, "list", group, ...(filter.environment === null ? [] : [filter.environment])];
  return [paragraph(number, said(": "), code(words.join(" ")))];
}

function many({ ids }: Listed): string {
  return ids.length >= MOST_COUNTED ? `${MOST_COUNTED} or more` : String(ids.length);
}

function whereFrom({ viewer }: WordAsked): string {
  return viewer.channelId === null
    ? "This shows your changes and those you may approve. Only you see it."
    : "This shows this channel's changes and yours. A direct message to the app shows all that you may approve. Only you see this.";
}

function usage({ command }: WordAsked): Rendered {
  return sayPieces(
    [
      code(`${command} list`),
      said(" takes a group ("),
      code(ListGroup.options.join(" | ")),
      said("), an environment and a status, no more than one of each."),
    ],
    [said("Statuses: "), code(ChangeStatus.options.join(" "))],
    [
      said("Nothing was started. To ask what there is in a cluster, say it otherwise: "),
      code(`${command} show the pods in staging`),
    ],
  );
}
