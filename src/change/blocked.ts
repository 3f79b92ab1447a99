import { z } from "zod";
import { Approvers } from "./approval.ts";
import { Person } from "./person.ts";

/**
 * Whom a blocked change waits for. `target` is the key of what that one holds; `heldSince` null: it holds nothing itself,
 * it has waited longer. `home` and `cardTs` say where its card stands.
 */
export const Blocked = z.object({
  by: z.uuid(),
  requester: Person,
  target: z.string(),
  since: z.date(),
  heldSince: z.date().nullable(),
  /** Whether that one waits for a person itself, and when its targets are free at the latest. */
  waitsForPerson: z.boolean().default(false),
  freeAt: z.date().nullable().default(null),
  /** Who may answer what it waits for; null where nobody asked the rules. */
  canAnswer: z.array(Approvers).nullable().default(null),
  home: z.object({ teamId: z.string(), channelId: z.string() }).nullable(),
  cardTs: z.string().nullable(),
});
export type Blocked = z.infer<typeof Blocked>;

/** A change that has run on the same target, lost it, and still waits for a person. */
export const OpenHere = Blocked.pick({ requester: true, home: true, cardTs: true }).extend({
  changeId: z.uuid(),
});
export type OpenHere = z.infer<typeof OpenHere>;
