import { cancelFor } from "#slack/clicks/cancelling.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { code, type Rendered, said } from "#slack/text/blocks.ts";
import { sayPieces } from "#slack/text/say.ts";
import { findNamed } from "./named-change.ts";
import type { WordAsked } from "./word.ts";

/** As many characters as a decision's reason has by API. */
const REASON_CHARS = 1_000;

/** Cancels a change, or has it stopped while it runs, for its requester and for those who may approve it. */
export async function answerCancel(deps: SlackDeps, asked: WordAsked): Promise<Rendered> {
  const [, id = "", reason = ""] = /^(\S*)\s*(.*)$/su.exec(asked.rest.trim()) ?? [];
  const named = await findNamed(deps, asked, "cancel", id);
  if (!named.ok) return named.answer;
  if (reason.length > REASON_CHARS)
    return sayPieces([
      code(`${asked.command} cancel ID REASON`),
      said(
        ` takes a reason of at most ${REASON_CHARS} characters; this has ${reason.length}. Nothing was stopped.`,
      ),
    ]);
  const { person } = asked.viewer;
  const { writtenAt } = asked;
  const given = { changeId: named.change.id, by: person, reason: reason === "" ? null : reason, writtenAt };
  const text = await cancelFor(deps, given);
  return { text, blocks: [] };
}
