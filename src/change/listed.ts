import { z } from "zod";
import type { ApprovalTerms } from "./approval.ts";
import { type Change, ChangeStatus, SlackHome } from "./change.ts";
import { Person } from "./person.ts";
import { Risk } from "./plan.ts";

/**
 * A change as one row of a list. `cardTs`: where its card stands in Slack. `hasRun`: a step of it was begun. `escalated`: the
 * environments in which more people may approve it by now.
 */
export const ListedChange = z.object({
  id: z.uuid(),
  status: ChangeStatus,
  /** At most the first 500 characters. */
  request: z.string(),
  /** What its plan does, in few words; null while there is none, and for what an older version planned. */
  title: z.string().nullable(),
  requester: Person,
  home: SlackHome.nullable(),
  planOnly: z.boolean(),
  risk: Risk.nullable(),
  environments: z.array(z.string()),
  escalated: z.array(z.string()),
  cardTs: z.string().nullable(),
  hasRun: z.boolean(),
  createdAt: z.date(),
  endedAt: z.date().nullable(),
});
export type ListedChange = z.infer<typeof ListedChange>;

/** A target that a change holds. `waiting`: how many changes wait for it. */
export const HeldTarget = z.object({
  target: z.string(),
  changeId: z.uuid(),
  since: z.date(),
  waiting: z.int(),
});
export type HeldTarget = z.infer<typeof HeldTarget>;

/**
 * Who looks, and from where. `groups`: the user groups of the policy that Slack says they are in. `channelId` null: from
 * where nobody else reads along, a direct message. In a channel its own changes are seen by everybody in it; elsewhere only
 * one's own, and those one may approve.
 */
export type Viewer = { person: Person; groups: readonly string[]; channelId: string | null };

/** Which changes. `waiting`: for a person, and the viewer may answer, the Planner's questions about their own too. `mine`: asked for by them. `running`: not ended. `recent`: ended. */
export const ListGroup = z.enum(["waiting", "mine", "running", "recent", "all"]);
export type ListGroup = z.infer<typeof ListGroup>;

/** Where a page goes on: after this change, by the microsecond it was asked for at. */
export type Cursor = { micros: number; id: string };

/** What is listed. `viewer` null: a program that reads everything; then `mine` and `waiting` are empty. */
export type ListFilter = {
  viewer: Viewer | null;
  group: ListGroup;
  environment: string | null;
  status: ChangeStatus | null;
  /** Only what this person asked for: for programs, and for a viewer themselves. Of anybody else a viewer gets nothing. */
  requester: Person | null;
  limit: number;
  after: Cursor | null;
};

/**
 * The newest of them, at most `limit`, and the ids of those that come next, at most 100 with the shown ones. `next` null:
 * this is all.
 */
export type Listed = { changes: ListedChange[]; ids: string[]; next: Cursor | null };

/** What an id, or the beginning of one, names. What the viewer may not see counts as not there. */
export type Found =
  | { kind: "one"; change: Change; cardTs: string | null }
  | { kind: "several"; changes: ListedChange[] }
  | { kind: "none" };

/** The fewest characters of an id that name a change. */
export const MIN_ID_CHARS = 8;

/**
 * What the rules say of one command line. `terms.asksPerson`: whether a person would be asked. `mayNotAsk`: why this person
 * could not ask for it from here. Reasons are redacted.
 */
export type Checked =
  | { decision: "deny"; line: string; reasons: string[] }
  | {
      decision: "allow";
      line: string;
      risk: Risk;
      reasons: string[];
      environment: string | null;
      terms: ApprovalTerms;
      mayNotAsk: string | null;
    };
