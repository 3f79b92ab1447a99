import {
  anything,
  byType,
  type Check,
  every,
  flag,
  list,
  needs,
  object,
  oneOf,
  string,
  typed,
} from "./check.ts";
import { LIMITS } from "./limits.ts";

/** A plain_text object. */
export function plainText(max: number): Check {
  return byType({ plain_text: typed({ "text!": string({ max }), emoji: flag }) });
}

/** A plain_text or mrkdwn object. */
export function anyText(max: number): Check {
  return byType({
    plain_text: typed({ "text!": string({ max }), emoji: flag }),
    mrkdwn: mrkdwn(max),
  });
}

/** A mrkdwn object alone. */
export function mrkdwnText(max: number): Check {
  return byType({ mrkdwn: mrkdwn(max) });
}

function mrkdwn(max: number): Check {
  return typed({ "text!": string({ max }), verbatim: flag });
}

/** The dialog before an action. */
export const confirmDialog: Check = object({
  title: plainText(LIMITS.confirmTitle),
  "text!": anyText(LIMITS.confirmText),
  confirm: plainText(LIMITS.confirmButton),
  deny: plainText(LIMITS.confirmButton),
  style: oneOf("primary", "danger"),
});

/** One option of a menu (plain text) or of a group of boxes (any text). */
export function option(text: (max: number) => Check): Check {
  return object({
    "text!": text(LIMITS.optionText),
    "value!": string({ max: LIMITS.optionValue }),
    description: text(LIMITS.optionText),
    url: string({ max: LIMITS.url }),
  });
}

/** Where an image comes from, its text, and a title where there may be one. */
export function image(extra: Record<string, Check>): Check {
  return every(
    typed({
      image_url: string({ max: LIMITS.url }),
      slack_file: object({ url: string({ max: LIMITS.url }), id: string({ max: LIMITS.id }) }),
      "alt_text!": string({ max: LIMITS.altText }),
      ...extra,
    }),
    needs("one", "image_url", "slack_file"),
  );
}

const style = object({
  bold: flag,
  italic: flag,
  strike: flag,
  underline: flag,
  highlight: flag,
  client_highlight: flag,
  unlink: flag,
  code: flag,
});

const inline = byType({
  text: typed({ "text!": string({ max: LIMITS.messageText }), style }),
  link: typed({ "url!": string({ max: LIMITS.url }), text: anyString, unsafe: flag, style }),
  user: typed({ "user_id!": anyString, style }),
  channel: typed({ "channel_id!": anyString, style }),
  usergroup: typed({ "usergroup_id!": anyString, style }),
  team: typed({ "team_id!": anyString, style }),
  broadcast: typed({ "range!": oneOf("here", "channel", "everyone"), style }),
  emoji: typed({ "name!": anyString, unicode: anyString, url: anyString, skin_tone: anything, style }),
  color: typed({ "value!": anyString, style }),
  date: typed({ "timestamp!": anything, "format!": anyString, url: anyString, fallback: anyString, style }),
});

const inlines = list(inline, { max: 1_000 });
const section = typed({ "elements!": inlines });

/** A rich_text block, also where a cell or a task card holds one. */
export const richText: Check = byType({
  rich_text: typed({
    block_id: string({ max: LIMITS.id }),
    "elements!": list(
      byType({
        rich_text_section: section,
        rich_text_list: typed({
          "elements!": list(byType({ rich_text_section: section }), { max: 1_000 }),
          "style!": oneOf("bullet", "ordered"),
          indent: anything,
          offset: anything,
          border: anything,
        }),
        rich_text_quote: typed({ "elements!": inlines, border: anything }),
        rich_text_preformatted: typed({ "elements!": inlines, border: anything, language: anyString }),
      }),
      { min: 1, max: 1_000 },
    ),
  }),
});

function anyString(value: unknown, at: string, faults: string[]): void {
  string({ min: 0, max: LIMITS.messageText })(value, at, faults);
}
