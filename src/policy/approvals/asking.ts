import { type Person, slackIdsOf } from "#change/person.ts";
import { maxRisk, Risk } from "#change/plan.ts";
import { NOT_ALLOWED } from "#change/titles/quiet-end.ts";
import type { Policy } from "#policy/document.ts";
import { UNNAMED_ENVIRONMENT } from "./approvers.ts";

type Rule = Policy["asking"][number];

/** Who asks, where (null: by API), and, once it is planned, what for. */
export type Asker = {
  requester: Person;
  channelId: string | null;
  planned: { environments: readonly string[]; risk: Risk } | null;
};

/**
 * Why the policy does not let this person ask for this, or null when it does. Before the plan is known only person and
 * channel are looked at; after it every environment needs a rule that fits person, channel, environment and risk alike.
 */
export function whyNotAsk(policy: Policy, asker: Asker): string | null {
  if (policy.asking.length === 0) return null;
  const here = policy.asking.filter((rule) => fitsPerson(rule, asker.requester));
  if (here.length === 0)
    return `${NOT_ALLOWED} for changes (asking in the policy file). Somebody named there has to ask.`;
  const rules = here.filter((rule) => fitsChannel(rule, asker.channelId));
  if (rules.length === 0) return wrongPlace(here);
  if (asker.planned === null) return null;
  const { environments, risk } = asker.planned;
  const refused = environments.filter(
    (environment) => !rules.some((rule) => fitsPlan(rule, environment, risk)),
  );
  if (refused.length === 0) return null;
  return `${NOT_ALLOWED} for ${risk} risk in ${refused.join(", ")} from here (asking in the policy file). Somebody named there has to ask.`;
}

/** What this person may ask for here, an environment a line; no line where the policy has no rules about that. */
export function mayAskFor(policy: Policy, { requester, channelId }: Omit<Asker, "planned">): string[] {
  if (policy.asking.length === 0) return [];
  const risks = [...Risk.options].toReversed();
  return [...Object.keys(policy.environments), UNNAMED_ENVIRONMENT].map((environment) => {
    const isAllowed = (risk: Risk): boolean =>
      whyNotAsk(policy, { requester, channelId, planned: { environments: [environment], risk } }) === null;
    const most = risks.find(isAllowed);
    return `${environment}: ${most === undefined ? "nothing" : `at most ${most} risk`}`;
  });
}

/** Whether a rule is for this person; without users it is for everybody. */
export function fitsPerson(rule: Pick<Rule, "users">, person: Person): boolean {
  if (rule.users.length === 0) return true;
  const names = [...slackIdsOf(person), ...(person.kind === "token" ? [person.name] : [])];
  return names.some((name) => rule.users.includes(name));
}

/** Whether a rule holds in this channel (null: by API); without channels it holds everywhere. */
export function fitsChannel(rule: Pick<Rule, "channels">, channelId: string | null): boolean {
  return rule.channels.length === 0 || (channelId !== null && rule.channels.includes(channelId));
}

function fitsPlan(rule: Rule, environment: string, risk: Risk): boolean {
  const inPlace = rule.environments.length === 0 || rule.environments.includes(environment);
  return inPlace && maxRisk(risk, rule.max_risk) === rule.max_risk;
}

function wrongPlace(rules: Rule[]): string {
  const channels = [...new Set(rules.flatMap((rule) => rule.channels))].slice(0, 5);
  return `${NOT_ALLOWED} for changes here. Ask in the Slack channel ${channels.join(", ")}.`;
}
