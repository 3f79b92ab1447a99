import type { Person } from "#change/person.ts";
import type { Policy } from "#policy/document.ts";
import type { LookKind } from "#policy/document-people.ts";
import { UNNAMED_ENVIRONMENT } from "./approvers.ts";
import { fitsChannel, fitsPerson, whyNotAsk } from "./asking.ts";

/** For whom is looked, and where it was asked for (null: by API). */
export type Looker = { requester: Person; channelId: string | null };

/**
 * Whether the Planner may look at this for somebody. It never may where they may not ask for a read. An environment that rules
 * of `looks` speak of goes by them alone; in any other everything may be looked at but what containers print, for which they
 * have to be one who may ask for medium risk there.
 */
export function mayLook(policy: Policy, looker: Looker, kind: LookKind, environment: string): boolean {
  if (!mayAsk(policy, looker, environment, "low")) return false;
  const rules = policy.looks.filter((rule) => speaksOf(rule, environment));
  if (rules.length === 0) return kind !== "logs" || mayAsk(policy, looker, environment, "medium");
  return rules.some(
    (rule) =>
      fitsPlace(rule, environment) &&
      rule.may.includes(kind) &&
      fitsPerson(rule, looker.requester) &&
      fitsChannel(rule, looker.channelId),
  );
}

type Rule = Policy["looks"][number];

/** A place that no environment names (every namespace of a cluster, say) may be any of them, so that every rule speaks of it. */
function speaksOf(rule: Rule, environment: string): boolean {
  return environment === UNNAMED_ENVIRONMENT || fitsPlace(rule, environment);
}

function fitsPlace({ environments }: Rule, environment: string): boolean {
  return environments.length === 0 || environments.includes(environment);
}

/** Why nothing of these kinds may be looked at in these environments for somebody, or null: each has to be allowed in each. */
export function whyNotLook(
  policy: Policy,
  looker: Looker,
  { kinds, environments }: { kinds: readonly LookKind[]; environments: readonly string[] },
): string | null {
  const where = environments.length === 0 ? [UNNAMED_ENVIRONMENT] : environments;
  const asking = whyNotAsk(policy, { ...looker, planned: { environments: [...where], risk: "low" } });
  if (asking !== null) return asking;
  const refused = where.flatMap((environment) =>
    kinds
      .filter((kind) => !mayLook(policy, looker, kind, environment))
      .map((kind) => ({ kind, environment })),
  );
  if (refused.length === 0) return null;
  const names = (all: string[]): string => [...new Set(all)].join(", ");
  return `The policy does not let you look at ${names(refused.map(({ kind }) => kind))} in ${names(refused.map(({ environment }) => environment))} from here (looks in the policy file).`;
}

function mayAsk(policy: Policy, looker: Looker, environment: string, risk: "low" | "medium"): boolean {
  return whyNotAsk(policy, { ...looker, planned: { environments: [environment], risk } }) === null;
}
