import { argvOf, type Plan } from "#change/plan.ts";
import { MARK } from "./keys.ts";
import { redactCommandWords } from "./literals.ts";
import type { Redact } from "./redact.ts";

/**
 * Why a plan cannot be shown as it would run, or null. What is approved is what runs, and a secret is never shown: so a
 * command that holds one, or held one until the model's answer was redacted, is refused and not run in another form.
 */
export function whyHoldsSecret(plan: Plan, redact: Redact): string | null {
  for (const step of plan.plan) {
    for (const command of step.rollback === null ? [step] : [step, step.rollback]) {
      if (!holdsSecret([...argvOf(command), command.dir], redact)) continue;
      const where = command === step ? `Step ${step.step}` : `The rollback of step ${step.step}`;
      return `${where} holds what looks like a secret, and a secret is never shown, so nobody could see what they approve. Keep the secret in a file of the workspace or in a secret store, and have the change name that.`;
    }
  }
  return null;
}

/** Each word alone, and all of them in a row: `--token` says what the next word is. */
function holdsSecret(words: readonly string[], redact: Redact): boolean {
  const row = words.join(" ");
  const clean = redactCommandWords(words, redact) ?? words.map(redact);
  return words.some((word, index) => word.includes(MARK) || clean[index] !== word) || redact(row) !== row;
}
