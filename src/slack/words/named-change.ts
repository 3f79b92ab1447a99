import type { Change } from "#change/change.ts";
import { MIN_ID_CHARS } from "#change/listed.ts";
import { listedRows } from "#slack/cards/listed-rows.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { code, paragraph, type Rendered, rich, said } from "#slack/text/blocks.ts";
import { say, sayPieces } from "#slack/text/say.ts";
import type { WordAsked } from "./word.ts";

const MOST_ALIKE = 5;

/** A change that was named by its id or the beginning of one, with a link to its card; or what to answer instead. */
export type Named = { ok: true; change: Change; cardTs: string | null } | { ok: false; answer: Rendered };

/** Finds it. What somebody may not see is answered as what is not there. */
export async function findNamed(
  { changes, linkTo, now }: SlackDeps,
  { viewer, command }: WordAsked,
  word: string,
  typed: string | undefined,
): Promise<Named> {
  const id = (typed ?? "").replaceAll("`", "");
  if (!/^[0-9a-f-]+$/iu.test(id) || id.replaceAll("-", "").length < MIN_ID_CHARS) {
    const why = `takes a change's id, or at least its first ${MIN_ID_CHARS} characters. It stands at the foot of every card.`;
    return {
      ok: false,
      answer: sayPieces([code(`${command} ${word}`), said(` ${why} Nothing was started.`)]),
    };
  }
  const found = await changes.find(viewer, id);
  switch (found.kind) {
    case "one":
      return { ok: true, change: found.change, cardTs: found.cardTs };
    case "several": {
      const title = `${found.changes.length} changes begin with ${id}. Say more of the one that is meant:`;
      const shown = found.changes.slice(0, MOST_ALIKE);
      const full = shown.map((change) => paragraph(code(change.id)));
      const blocks = [rich(paragraph(said(title)), listedRows(shown, linkTo, now()), ...full)];
      return { ok: false, answer: { text: title, blocks } };
    }
    case "none":
      return {
        ok: false,
        answer: say(
          `There is no change ${id} that you may see from here.`,
          "A change is seen in its own channel; elsewhere by whoever asked for it and by those who may approve it.",
        ),
      };
  }
}
