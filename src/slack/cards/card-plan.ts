import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import type { Step } from "#change/plan.ts";
import { stepNumbers } from "#change/step-numbers.ts";
import { riskiestSteps, riskOfStep, risksDiffer } from "#change/titles/step-risks.ts";
import { bold, paragraph, rich, said, smallPrint } from "#slack/text/blocks.ts";
import type { Takes } from "#slack/text/rich-kinds.ts";
import { beforeAfter, fitsTable, looksAt } from "./before-after.ts";
import { commandBlocks } from "./commands-box.ts";
import { planPageCount, stepsInThread, stepsOnCard } from "./plan-pages.ts";
import { inOneBox } from "./plan-steps.ts";

const ORDER = "The riskiest steps stand first. They run in the order of their numbers.";

/** What a plan changes and its exact commands, the riskiest first; what has no room goes on in the thread. */
export function planBlocks(change: Change, takes: Takes): types.KnownBlock[] {
  if (change.plan === null) return [];
  const short = inOneBox(change);
  if (short !== null) return [...short, ...continuation(change)];
  const shown = stepsOnCard(change);
  const looks = looksAt(change, shown);
  // Where some steps are riskier than others, their commands stand before all that is said of the rest.
  const first = risksDiffer(change) ? shown.filter((step) => riskiestSteps(change).includes(step)) : [];
  const rest = shown.slice(first.length);
  const box = (steps: readonly Step[]) => commandBlocks(change, steps, takes, fitsTable(looks));
  return [
    ...(isMoved(shown) ? [smallPrint(ORDER)] : []),
    ...box(first),
    ...beforeAfter(looks, "What it changes", takes),
    ...box(rest),
    ...continuation(change),
  ];
}

function isMoved(steps: readonly Step[]): boolean {
  return steps.some(({ step }, index) => step < (steps[index - 1]?.step ?? 0));
}

function continuation(change: Change): types.KnownBlock[] {
  const pages = planPageCount(change);
  if (pages === 0) return [];
  const rest = stepsInThread(change);
  const what =
    rest.length > 0
      ? `${capital(stepNumbers(rest.map(({ step }) => step)))} of ${change.plan?.plan.length ?? 0}${risksOf(change, rest)}`
      : "What is shortened here";
  const where = pages === 1 ? "1 message" : `${pages} messages`;
  return [
    rich(
      paragraph(
        bold(`This plan continues in the thread (${where}). `),
        said(`${what}: read on there before deciding.`),
      ),
    ),
  ];
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** How risky what is read elsewhere is: somebody may decide that they need not go there. */
function risksOf(change: Change, steps: readonly Step[]): string {
  const risks = new Set(steps.map((step) => riskOfStep(change, step)));
  return ` (${(["high", "medium", "low"] as const).filter((risk) => risks.has(risk)).join(" and ")} risk)`;
}
