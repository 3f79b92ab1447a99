import { listedRows } from "#slack/cards/listed-rows.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { bold, code, paragraph, type Rendered, rich, said, smallPrint } from "#slack/text/blocks.ts";
import { sayPieces } from "#slack/text/say.ts";
import { cutMiddle, inert, oneLine } from "#slack/text/text.ts";
import type { WordAsked } from "./word.ts";

const MOST_ROWS = 10;
const TARGET_CHARS = 100;

/** Lists the changes that touched something, the newest first. */
export async function answerHistory(
  { changes, linkTo, now }: SlackDeps,
  { command, rest, viewer }: WordAsked,
): Promise<Rendered> {
  const target = rest.replaceAll("`", "").trim();
  if (target === "")
    return sayPieces([
      code(`${command} history`),
      said(" takes what was touched: "),
      code("payment-api"),
      said(", "),
      code("deployments/payment-api"),
      said(", "),
      code("production/payment-api"),
      said(" or a terraform directory."),
    ]);
  const shown = cutMiddle(oneLine(target), TARGET_CHARS);
  const found = await changes.history(viewer, target, MOST_ROWS);
  if (found.length === 0)
    return sayPieces([
      said(
        `No change that you may see from here has touched ${shown}, or would. What only reads touches nothing.`,
      ),
    ]);
  return {
    text: inert(`${found.length === 1 ? "1 change" : `${found.length} changes`} touched ${shown}.`),
    blocks: [
      rich(paragraph(bold(`Touched ${shown}, the newest first`)), listedRows(found, linkTo, now())),
      smallPrint("What ran, and what has not ended. Only you see this."),
    ],
  };
}
