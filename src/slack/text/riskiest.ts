import type { Change } from "#change/change.ts";
import { riskiestSteps, riskOfStep, risksDiffer } from "#change/titles/step-risks.ts";
import { stepWords } from "#change/titles/step-words.ts";
import { bold, bullets, type Part, paragraph, said } from "./blocks.ts";
import { oneLine } from "./text.ts";

/** More would be a list that nobody reads; each of them stands with its command below. */
const NAMED = 3;

/** Which steps of a plan are its riskiest, in words, while somebody is asked about it; nothing where all are alike. */
export function riskiestParts(change: Change): Part[] {
  if (change.status !== "waiting" || !risksDiffer(change)) return [];
  const steps = riskiestSteps(change);
  const [first] = steps;
  if (first === undefined) return [];
  const risk = riskOfStep(change, first);
  const total = change.plan?.plan.length ?? 0;
  const many = steps.length === 1 ? "1 is" : `${steps.length} are`;
  const title = paragraph(bold(`Of ${total} steps ${many} of ${risk} risk:`));
  const named = steps.slice(0, NAMED).map((step) => [said(`Step ${step.step}: ${oneLine(stepWords(step))}`)]);
  const more = steps.length > NAMED ? [[said(`and ${steps.length - NAMED} more below`)]] : [];
  return [title, bullets([...named, ...more])];
}
