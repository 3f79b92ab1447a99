import type { Change } from "../change/change.ts";
import type { Changes } from "../change/changes.ts";
import { isAttempt, type StepRecord } from "../change/journal.ts";
import { renderAsking } from "./asking-message.ts";
import type { LinkTo } from "./blocked-lines.ts";
import type { Rendered } from "./blocks.ts";
import { renderCard } from "./card.ts";
import { costWords, type ModelPrices } from "./cost.ts";
import type { Render, RenderOptions } from "./deliver.ts";
import { renderDirect } from "./direct-card.ts";
import { LOG_LINES } from "./limits.ts";
import { type MessageKey, messageName, questionKey } from "./message-key.ts";
import { renderNotice } from "./notice-message.ts";
import { planPages } from "./plan-pages.ts";
import { takesNone } from "./rich-kinds.ts";
import { renderStep } from "./step-message.ts";
import { findUnknown, type UnknownStep } from "./unknown-step.ts";
import { renderUnlock } from "./unlock-message.ts";
import { renderQuestion, renderVerdict, type VerdictOptions } from "./verdict-message.ts";

/** Makes the renderer of every message of a change, from what the port says at that moment. */
export function createRender(needs: {
  changes: Changes;
  linkTo: LinkTo;
  prices: ModelPrices;
  canAttach: boolean;
}): Render {
  const { changes, linkTo, prices, canAttach } = needs;
  return async (changeId, key, options) => {
    const change = await changes.get(changeId);
    if (change === null) return null;
    const steps = await changes.steps(changeId);
    switch (key.kind) {
      case "card":
        return renderCard(change, steps, { ...options, linkTo });
      case "direct":
        return renderDirect(change, steps, {
          ...{ ...options, linkTo, userId: key.userId },
          unknown: await findUnknown(changes, change, steps),
        });
      case "approvers":
        return null;
      case "verdict":
        return renderAny(change, steps, key, {
          unknown: await findUnknown(changes, change, steps),
          cost: costWords(await changes.modelUse(changeId), prices),
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
      case "step": {
        const record = steps.find((one) => isAttempt(one, key));
        return record === undefined
          ? null
          : renderStep(change, record, await changes.logs(record, LOG_LINES), canAttach);
      }
    }
  };
}

function cardAddress({ home }: Change, { cardTs }: RenderOptions, linkTo: LinkTo): string | null {
  return home === null || cardTs === null ? null : linkTo({ ...home, ts: cardTs });
}

function renderAny(
  change: Change,
  steps: StepRecord[],
  key: MessageKey & { kind: "verdict" },
  beside: VerdictOptions & { unknown: UnknownStep | null },
): Rendered | null {
  if (key.key === "ended") return change.endedAt === null ? null : renderVerdict(change, steps, beside);
  const question = change.decisions.find(
    (decision) => decision.gate === "operator" && messageName(questionKey(decision)) === messageName(key),
  );
  return question === undefined ? null : renderQuestion(change, steps, question, beside.unknown);
}
