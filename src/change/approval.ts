import { z } from "zod";
import { Person } from "./person.ts";

/** One person's yes to one question. It counts for the digest it was given for and for no other. */
export const Approval = z.object({ by: Person, reason: z.string().nullable(), at: z.date() });
export type Approval = z.infer<typeof Approval>;

/**
 * Who may say yes for these environments. Ids are Slack's; `tokens` null: every API token with the role approver.
 * `escalated`: which of them may because nobody else answered for so long; null while that is not so.
 */
export const Approvers = z.object({
  environments: z.array(z.string()),
  users: z.array(z.string()),
  groups: z.array(z.string()),
  tokens: z.array(z.string()).nullable(),
  escalated: z.object({ users: z.array(z.string()), groups: z.array(z.string()) }).nullable(),
});
export type Approvers = z.infer<typeof Approvers>;

/** A time in which nothing is approved in these environments, but by breaking the glass. */
export const Freeze = z.object({
  from: z.date(),
  until: z.date(),
  environments: z.array(z.string()),
  reason: z.string(),
});
export type Freeze = z.infer<typeof Freeze>;

/**
 * One thing a plan takes away, in words, by which step and where: `namespace` null for what is in none, `place` the cluster's
 * context or the terraform root, null where nobody could tell.
 */
const Destroyed = z.object({
  step: z.int(),
  what: z.string(),
  namespace: z.string().nullable(),
  place: z.string().nullable(),
});
export type Destroyed = z.infer<typeof Destroyed>;

/** What an approval of one change takes, as the policy says now: a person must be among the approvers of every entry. */
export const ApprovalTerms = z.object({
  /** Whether the rules ask for a person at all, freezes included. */
  asksPerson: z.boolean(),
  approvers: z.array(Approvers).min(1),
  quorum: z.int(),
  requesterMayApprove: z.boolean(),
  openMinutes: z.int(),
  /** Which environments get more approvers next, and after how many minutes of waiting; null when none does. */
  nextEscalation: z.object({ afterMinutes: z.int(), environments: z.array(z.string()) }).nullable(),
  /** Freezes of its environments that are not over. */
  freezes: z.array(Freeze),
  /** The one that holds now; left out while none does. */
  frozen: Freeze.optional(),
  /** Slack user ids who may approve alone, with a reason. */
  breakGlass: z.array(z.string()),
  /** The name an approver types before their approval counts, because the plan destroys something; null when it does not. */
  typedTarget: z.string().nullable(),
  /** All that the plan takes away, what reaches farthest first. */
  destroys: z.array(Destroyed),
  /** Why so few people may approve that it cannot happen, and how to change that; null when it can. */
  problem: z.string().nullable(),
});
export type ApprovalTerms = z.infer<typeof ApprovalTerms>;

/** The freeze that holds at this moment, the one that ends last; null without one. */
export function freezeAt(freezes: readonly Freeze[], at: Date): Freeze | null {
  const holding = freezes.filter(({ from, until }) => from <= at && at < until);
  return holding.reduce<Freeze | null>(
    (last, one) => (last === null || one.until > last.until ? one : last),
    null,
  );
}

/** Who may approve, in words: "production: U1, group S1 or any approver's API token". */
export function approversInWords(terms: ApprovalTerms): string {
  return terms.approvers
    .map(({ environments, users, groups, tokens }) => {
      const who = [
        ...users,
        ...groups.map((group) => `group ${group}`),
        ...(tokens === null ? ["any approver's API token"] : tokens.map((name) => `API token ${name}`)),
      ];
      return `${environments.join(", ")}: ${who.join(", ")}`;
    })
    .join("; ");
}
