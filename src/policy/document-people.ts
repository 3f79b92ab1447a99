import { z } from "zod";
import { Risk } from "#change/plan.ts";

const names = z.array(z.string().min(1)).default([]);
/** A person of Slack, by id. */
export const SlackUser = z.string().regex(/^[UW][A-Z0-9]+$/, "is not a Slack user id (U…)");
const SlackGroup = z.string().regex(/^S[A-Z0-9]+$/, "is not a Slack user group id (S…)");

const channels = z.array(z.string().regex(/^[CG][A-Z0-9]+$/, "is not a Slack channel id (C…)")).default([]);

/** Who may ask for what, and where. An empty list in a rule is no condition; without rules everybody who may ask at all may ask for everything. */
export const Asking = z.strictObject({
  /** Slack user ids, or names of API tokens. */
  users: names,
  channels,
  environments: names,
  max_risk: Risk.default("high"),
});

/** What the Planner may look at for somebody: objects and resources, events, what containers print, files of the workspace. */
export const LookKind = z.enum(["objects", "events", "logs", "files"]);
export type LookKind = z.infer<typeof LookKind>;

/** For whom the Planner may look at what, and where. An environment that rules speak of goes by them alone. */
export const LookRule = z.strictObject({
  /** Slack user ids, or names of API tokens. */
  users: names,
  channels,
  environments: names,
  may: z.array(LookKind).min(1, "names nothing that may be looked at: objects, events, logs, files"),
});

/** Who may approve too, once a request has waited this long. */
const Escalate = z
  .strictObject({
    after_minutes: z.int().min(1).max(10_079),
    users: z.array(SlackUser).default([]),
    groups: z.array(SlackGroup).default([]),
  })
  .refine(({ users, groups }) => users.length + groups.length > 0, {
    error: "names neither users nor groups, so nobody more could approve",
  });

/**
 * Who may approve what. The first rule that fits a change's environment and risk counts; an empty list of environments or
 * risks is no condition. A rule that names neither users, groups nor tokens means the approvers named below.
 */
export const ApprovalRule = z
  .strictObject({
    environments: names,
    risks: z.array(Risk).default([]),
    users: z.array(SlackUser).default([]),
    groups: z.array(SlackGroup).default([]),
    /** Names of API tokens with the role approver; left out: every one of them. */
    tokens: z.array(z.string().min(1)).optional(),
    quorum: z.int().min(1).max(10).default(1),
    requester_may_approve: z.boolean().default(false),
    open_minutes: z.int().min(1).max(10_080).default(60),
    escalate: Escalate.optional(),
  })
  .refine(({ escalate, open_minutes }) => escalate === undefined || escalate.after_minutes < open_minutes, {
    path: ["escalate", "after_minutes"],
    error: "is not before open_minutes (60 when left out), so this would never escalate",
  });
export type ApprovalRule = z.infer<typeof ApprovalRule>;

/** A time in which nothing is approved, but by breaking the glass. */
export const Freeze = z
  .strictObject({
    from: z.iso.datetime({ offset: true }),
    until: z.iso.datetime({ offset: true }),
    environments: names,
    reason: z.string().min(1).max(300),
  })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    path: ["until"],
    message: "is not after from, so this freeze would never hold",
  });
