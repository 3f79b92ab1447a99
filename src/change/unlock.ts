import { z } from "zod";
import type { ApprovalTerms } from "./approval.ts";
import type { Change } from "./change.ts";
import { Person } from "./person.ts";

/** That somebody took a change's targets away from it, so that the next one could go on. */
export const Unlock = z.object({
  by: Person,
  reason: z.string(),
  targets: z.array(z.string()),
  at: z.date(),
});
export type Unlock = z.infer<typeof Unlock>;

/** The fewest and the most characters of a reason to unlock. */
export const UNLOCK_REASON = { min: 10, max: 1_000 };

/** The wish to. `groups`: the user groups Slack says they are in at this moment. `writtenAt`: of words that may come late or more than once. */
export type AskUnlock = {
  changeId: string;
  by: Person;
  groups?: readonly string[];
  reason: string;
  writtenAt?: Date | undefined;
};

/**
 * What became of it. `nothing`: it holds no targets, or these words are older than what took them last, at `since`. `busy`:
 * something of it runs now, or may. `refused`: this person may not, or not for this reason; `terms` say who may. `unknown`:
 * there is no such change.
 */
export type Unlocked =
  | { kind: "unlocked"; change: Change; targets: string[] }
  | { kind: "nothing"; reason: string; since?: Date }
  | { kind: "busy"; reason: string }
  | { kind: "refused"; reason: string; terms?: ApprovalTerms }
  | { kind: "unknown" };
