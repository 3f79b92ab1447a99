import { UNLOCK_REASON } from "#change/unlock.ts";
import { unlockAs } from "#slack/clicks/unlocking.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import { code, type Rendered, said } from "#slack/text/blocks.ts";
import { sayPieces } from "#slack/text/say.ts";
import { findNamed } from "./named-change.ts";
import type { WordAsked } from "./word.ts";

/** Takes the targets of a change away for one of its approvers, with a reason that everybody sees. */
export async function answerUnlock(deps: SlackDeps, asked: WordAsked): Promise<Rendered> {
  const [, id = "", reason = ""] = /^(\S*)\s*(.*)$/su.exec(asked.rest.trim()) ?? [];
  const named = await findNamed(deps, asked, "unlock", id);
  if (!named.ok) return named.answer;
  if (reason === "")
    return sayPieces([
      code(`${asked.command} unlock ID REASON`),
      said(
        ` takes a reason of at least ${UNLOCK_REASON.min} characters, which everybody sees. Nothing was unlocked.`,
      ),
    ]);
  const { where, writtenAt } = asked;
  const text = await unlockAs(deps, where, { changeId: named.change.id, reason, writtenAt });
  return { text, blocks: [] };
}
