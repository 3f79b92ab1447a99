import type { types } from "@slack/bolt";
import type { Change } from "#change/change.ts";
import { titleTellsAll } from "#change/titles/title.ts";
import { bold, bullets, paragraph, rich, said, smallPrint } from "./blocks.ts";
import { CARD_REASONS_CHARS } from "./limits.ts";
import { cutMiddle, inert, oneLine } from "./text.ts";

/** Why a change is as risky as its headline says. The reasons name their source themselves: a step's rule, or the model. */
export function riskBlocks(change: Change): types.KnownBlock[] {
  const { risk, plan, riskReasons } = change;
  // While it is planned anew the risk is the old plan's.
  if (risk === null || plan === null) return [];
  const only = onlyReason(change, risk);
  if (only !== null) return [smallPrint(`Why ${risk}: ${inert(only)}`)];
  const lines: string[] = [];
  for (const line of riskReasons.map((one) => cutMiddle(oneLine(one), CARD_REASONS_CHARS / 2))) {
    if ([...lines, line].join("\n").length > CARD_REASONS_CHARS) break;
    lines.push(line);
  }
  const left = riskReasons.length - lines.length;
  if (left > 0) lines.push(`and ${left} more in the thread`);
  const [first, ...others] = lines;
  if (first === undefined) return [];
  if (others.length === 0 && risk !== "high") return [smallPrint(`Why ${risk}: ${inert(first)}`)];
  return [rich(paragraph(bold(`Why ${risk}:`)), bullets(lines.map((line) => [said(line)])))];
}

/**
 * The rule's word of a change whose headline says all: there it is the one step's, and where the model comes to the same risk
 * its own stands in Details.
 */
function onlyReason(change: Change, risk: string): string | null {
  if (risk === "high" || !titleTellsAll(change)) return null;
  const byRule = change.riskReasons.filter((one) => !one.startsWith("the model"));
  const [first, ...others] = byRule.filter((one) => one.includes(`, ${risk}: `));
  return first === undefined || others.length > 0
    ? null
    : first.replace(/^steps? \d+, \w+: (?:kubectl [a-z ]+: )?/u, "");
}
