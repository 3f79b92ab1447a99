import { z } from "zod";
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
  home: z.object({ teamId: z.string(), channelId: z.string() }).nullable(),
  cardTs: z.string().nullable(),
});
export type Blocked = z.infer<typeof Blocked>;
