import type { Change } from "#change/change.ts";
import { isAttempt, type StepRecord } from "#change/journal.ts";
import { quietEnd } from "#change/titles/quiet-end.ts";
import { renderAsking } from "#slack/cards/asking-message.ts";
import { type CardOptions, renderCard } from "#slack/cards/card.ts";
import { renderDirect, renderDirectAsked } from "#slack/cards/direct-card.ts";
import { isAnswer, linesOf, type Printed, renderAnswer } from "#slack/cards/ends/answer-card.ts";
import { renderGivenAnswer } from "#slack/cards/ends/given-answer-card.ts";
import { renderQuietCard, renderQuietReply } from "#slack/cards/ends/quiet-card.ts";
import { renderLater } from "#slack/cards/later-message.ts";
import { renderNotice } from "#slack/cards/notice-message.ts";
import { planPages } from "#slack/cards/plan-pages.ts";
import { renderStep } from "#slack/cards/step-message.ts";
import { findUnknown, type UnknownStep } from "#slack/cards/unknown-step.ts";
import { renderUnlock } from "#slack/cards/unlock-message.ts";
import { renderQuestion, renderVerdict, type VerdictOptions } from "#slack/cards/verdict-message.ts";
import type { Rendered } from "#slack/text/blocks.ts";
import { costWords } from "#slack/text/cost.ts";
import { LOG_LINES } from "#slack/text/limits.ts";
import type { LinkTo } from "#slack/text/link-to.ts";
import { laterNumber, type MessageKey, messageName, questionKey } from "#slack/text/message-key.ts";
import { takesNone } from "#slack/text/rich-kinds.ts";
import { stepStatesOf } from "#slack/text/step-states.ts";
import type { SenderDeps } from "./deps.ts";
import { unattachedPlanText } from "./plan-text-file.ts";

/** `isOver`: it is kept true where it stands, and is not posted any more where it does not. `isQuiet`: a verdict for the thread alone. */
export type Shown = Rendered & { isOver?: boolean; isQuiet?: boolean };

/** What a message must know beside its row: `cardTs`, where the card stands that it belongs to; `isTheirs`, whether the person it stands with may read it. */
type RenderOptions = CardOptions & { cardTs: string | null; isTheirs: boolean };

/** What a message of a change says now, from what the port says at that moment; null when it has no place any more. */
export async function renderMessage(
  deps: SenderDeps,
  changeId: string,
  key: MessageKey,
  options: RenderOptions,
): Promise<Shown | null> {
  const { changes, linkTo, modelPrices, identity } = deps;
  const change = await changes.get(changeId);
  if (change === null) return null;
  const steps = await changes.steps(changeId);
  switch (key.kind) {
    case "card":
      return cardOf(deps, change, steps, options);
    case "direct":
      return renderDirect(change, steps, {
        ...{ ...options, linkTo, userId: key.userId },
        unknown: await findUnknown(changes, change, steps),
      });
    case "direct asked":
      return renderDirectAsked(change, key, { ...options, linkTo });
    case "approvers":
      return null;
    case "verdict":
      return renderAny(change, steps, key, {
        unknown: await findUnknown(changes, change, steps),
        cost: costWords(await changes.modelUse(changeId), modelPrices),
        takes: options.takes ?? takesNone,
      });
    case "asking":
      return renderAsking(change, key.revision, key.round);
    case "notice":
      return renderNotice(change, key, cardAddress(change, options, linkTo));
    case "unlock":
      return renderUnlock(change, key.number);
    case "plan":
      return key.revision === change.revision ? (planPages(change)[key.page - 1] ?? null) : null;
    case "log":
      return null;
    case "plan-text":
      return key.revision === change.revision ? unattachedPlanText(change) : null;
    case "step": {
      const record = steps.find((one) => isAttempt(one, key));
      return record === undefined
        ? null
        : renderStep(change, record, await changes.logs(record, LOG_LINES), identity.canAttach);
    }
  }
}

/** What the last attempt at each step printed. */
function printedOf(changes: SenderDeps["changes"], change: Change, steps: StepRecord[]): Promise<Printed[]> {
  const records = stepStatesOf(change, steps).flatMap(({ record }) => (record === null ? [] : [record]));
  return Promise.all(
    records.map(async (record) => ({ record, log: await changes.logs(record, linesOf(record)) })),
  );
}

function cardAddress({ home }: Change, { cardTs }: RenderOptions, linkTo: LinkTo): string | null {
  return home === null || cardTs === null ? null : linkTo({ ...home, ts: cardTs });
}

/** The card in the channel: an answer, a quiet end, or a change that is followed. */
async function cardOf(
  { changes, linkTo, identity }: SenderDeps,
  change: Change,
  steps: StepRecord[],
  options: RenderOptions,
): Promise<Rendered> {
  if (isAnswer(change))
    return renderAnswer(change, steps, await printedOf(changes, change, steps), identity.canAttach);
  if (change.status === "answered" && change.answer !== null) return renderGivenAnswer(change, change.answer);
  const end = quietEnd(change, steps);
  // What expired keeps the plan that people were asked about.
  return end === null || end === "out of date"
    ? renderCard(change, steps, { ...options, linkTo })
    : renderQuietCard(change, end);
}

function renderAny(
  change: Change,
  steps: StepRecord[],
  key: MessageKey & { kind: "verdict" },
  beside: VerdictOptions & { unknown: UnknownStep | null },
): Shown | null {
  const number = laterNumber(key.key);
  if (number !== null) return renderLater(change, steps, number);
  if (key.key === "ended") return change.endedAt === null ? null : endOf(change, steps, beside);
  const question = change.decisions.find(
    (decision) => decision.gate === "operator" && messageName(questionKey(decision)) === messageName(key),
  );
  return question === undefined ? null : renderQuestion(change, steps, question, beside.unknown);
}

function endOf(change: Change, steps: StepRecord[], beside: VerdictOptions): Shown {
  const end = quietEnd(change, steps);
  return end === null
    ? renderVerdict(change, steps, beside)
    : { ...renderQuietReply(change, end), isQuiet: true };
}
