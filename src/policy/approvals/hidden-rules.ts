import { Risk } from "#change/plan.ts";
import type { ApprovalRule } from "#policy/document-people.ts";

/**
 * The rules of `approvals` that never hold, because one before them fits all that they fit and the first that fits counts.
 * Both by their place in the list. A rule that several earlier ones cover together is not found.
 */
export function hiddenRules(rules: readonly ApprovalRule[]): { rule: number; by: number }[] {
  return rules.flatMap((rule, place) => {
    const by = rules.slice(0, place).findIndex((earlier) => covers(earlier, rule));
    return by === -1 ? [] : [{ rule: place, by }];
  });
}

function covers(earlier: ApprovalRule, later: ApprovalRule): boolean {
  const inPlace =
    earlier.environments.length === 0 ||
    (later.environments.length > 0 &&
      later.environments.every((name) => earlier.environments.includes(name)));
  // Low risk is approved by nobody, so that a rule of medium and high is a rule of all.
  const asked = (risks: readonly Risk[]) =>
    (risks.length === 0 ? Risk.options : risks).filter((risk) => risk !== "low");
  const those = asked(later.risks);
  return inPlace && those.length > 0 && those.every((risk) => asked(earlier.risks).includes(risk));
}
