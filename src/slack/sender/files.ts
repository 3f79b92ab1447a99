import { webApi } from "@slack/bolt";
import { isAttempt, type StepKey } from "#change/journal.ts";
import type { DueMessage } from "#change/outbox-port.ts";
import { onlyLooks } from "#change/titles/only-looks.ts";
import { roomOf } from "#slack/cards/ends/answer-card.ts";
import { isWholeInline, lineText, logFileName, whichStep } from "#slack/cards/step-message.ts";
import type { SlackDeps } from "#slack/client/deps.ts";
import type { Delivery } from "#slack/client/failures.ts";
import { LOG_CHARS, LOG_LINES } from "#slack/text/limits.ts";
import type { MessageKey } from "#slack/text/message-key.ts";
import type { SenderDeps } from "./deps.ts";
import { findPlanTextFile } from "./plan-text-file.ts";

/** More lines than any attempt keeps. */
const ALL_LINES = { head: 10_000_000, tail: 0 } as const;
/** What a message's row says where there is nothing to attach. */
const INLINE = "inline";
const MISSING = "the Slack app lacks files:write, so the file is not attached";

/** A message that is a file: the log of an attempt, or what terraform says of a plan. */
export type FileKey = MessageKey & { kind: "log" | "plan-text" };

/**
 * Uploads a file to the card's thread, once. The claim of its row is the intent: where an earlier one came to nothing, the
 * thread is looked at first. Throws what Slack's failures throw, but for the missing scope.
 */
export async function deliverFile(
  deps: SenderDeps,
  message: DueMessage,
  key: FileKey,
  signal: AbortSignal,
): Promise<Delivery> {
  if (message.ts !== null) return { kind: "sent", ts: message.ts };
  const { cardTs, channelId } = message;
  if (cardTs === null || channelId === null) return { kind: "later", why: "its card does not stand yet" };
  const { changeId } = message;
  const file =
    key.kind === "log"
      ? await findLogFile(deps, { changeId, ...key })
      : await findPlanTextFile(deps, changeId, key.revision);
  if (file === null) return { kind: "sent", ts: INLINE };
  const posted = message.failures > 0 ? await deps.findPosted({ ...message, channelId }, file.name) : null;
  if (posted !== null) return { kind: "sent", ts: posted };
  const ready = () => {
    if (!deps.outbox.isHeld(message)) throw new Error("its claim ran out before it was sent");
  };
  try {
    await deps.door.upload(
      {
        channel_id: channelId,
        thread_ts: cardTs,
        filename: file.name,
        title: file.title,
        content: file.content,
      },
      { signal, ready },
    );
  } catch (error) {
    if (error instanceof webApi.WebAPIPlatformError && error.data.error === "missing_scope")
      return { kind: "never", why: MISSING };
    throw error;
  }
  // Slack shares it a moment later and does not say where.
  return { kind: "sent", ts: file.name };
}

/** Whether the message that shows the attempt holds all it printed. */
async function isShownWhole(changes: SlackDeps["changes"], key: StepKey): Promise<boolean> {
  const change = await changes.get(key.changeId);
  const room = change !== null && onlyLooks(change) ? roomOf(change) : LOG_CHARS;
  return isWholeInline(await changes.logs(key, LOG_LINES), room);
}

/** The whole log of an attempt as a file; null when it stands in the step's message as it is. The name is made of ids alone, and tells the file apart from every other one. */
async function findLogFile(
  { changes }: Pick<SlackDeps, "changes">,
  key: StepKey,
): Promise<{ name: string; title: string; content: string } | null> {
  if (await isShownWhole(changes, key)) return null;
  const { head, omitted } = await changes.logs(key, ALL_LINES);
  const steps = await changes.steps(key.changeId);
  if (!steps.some((record) => isAttempt(record, key) && record.outcome !== "running")) return null;
  const dropped = omitted === 0 ? [] : [`(${omitted} lines were printed and not kept)`];
  return {
    name: logFileName(key),
    title: `Full log of ${whichStep(key).replaceAll("-", " ")}, attempt ${key.attempt}`,
    content: [...head.map((line) => lineText(line, null)), ...dropped].join("\n"),
  };
}
