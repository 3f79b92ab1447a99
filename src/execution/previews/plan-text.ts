import type { PlanText } from "#change/plan-text.ts";
import type { Redact } from "#redact/redact.ts";

/** Slack takes more in a file, and nobody reads more: a plan of a thousand resources has about this many characters. */
export const MAX_TEXT_CHARS = 400_000;

/**
 * What terraform says of a saved plan, without secrets: terraform itself masks what the plan marks as sensitive, and the
 * rest is redacted. Cut by whole lines, before it is redacted, so that no half of a token is left over.
 */
export function planTextOf(printed: string, redact: Redact): Omit<PlanText, "step"> {
  const whole = printed.trim();
  if (whole.length <= MAX_TEXT_CHARS) return { text: redact(whole), omitted: 0 };
  const end = Math.max(0, whole.lastIndexOf("\n", MAX_TEXT_CHARS));
  const rest = whole.slice(end).trim();
  return { text: redact(whole.slice(0, end)), omitted: rest.split("\n").length };
}
