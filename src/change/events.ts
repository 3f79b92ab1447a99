import { z } from "zod";
import { Answer, ChangeStatus, Gate } from "./change.ts";
import { Fact } from "./fact.ts";
import { Direction, Outcome } from "./journal.ts";
import { Person } from "./person.ts";
import { Risk } from "./plan.ts";
import { RefusedPlan } from "./planning/refused-plan.ts";
import { Review } from "./verdict.ts";

const questionFields = { gate: Gate, revision: z.int(), round: z.int() };

const stepFields = {
  revision: z.int(),
  step: z.int(),
  direction: Direction,
  attempt: z.int(),
};

/** Something that happened to a change; one row each, never altered. Everything shown anywhere follows from these and the row. */
export const ChangeEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("asked"), by: Person }),
  z.object({ type: z.literal("status"), status: ChangeStatus }),
  z.object({
    type: z.literal("planned"),
    revision: z.int(),
    risk: Risk,
    digest: z.string(),
    asksPerson: z.boolean(),
  }),
  /** Policy or preview refused a plan, and the Planner makes another one. */
  RefusedPlan.extend({ type: z.literal("plan_refused") }),
  z.object({ type: z.literal("opened"), gate: Gate, revision: z.int(), round: z.int() }),
  z.object({
    type: z.literal("approved"),
    gate: Gate,
    revision: z.int(),
    round: z.int(),
    by: Person,
    count: z.int(),
    quorum: z.int(),
  }),
  z.object({
    type: z.literal("decided"),
    gate: Gate,
    revision: z.int(),
    round: z.int(),
    answer: Answer,
    by: Person,
    reason: z.string().nullable(),
    /** Approved alone, against approvers or a freeze. */
    brokeGlass: z.boolean().default(false),
  }),
  /** Nobody has answered for half of the time; and not until shortly before its end. */
  z.object({ type: z.literal("reminded"), ...questionFields }),
  z.object({ type: z.literal("warned"), ...questionFields }),
  /** From now on these may approve too, for these environments. */
  z.object({
    type: z.literal("escalated"),
    ...questionFields,
    environments: z.array(z.string()),
    users: z.array(z.string()),
    groups: z.array(z.string()),
  }),
  /** Its targets were taken away from it. */
  z.object({
    type: z.literal("unlocked"),
    by: Person,
    reason: z.string(),
    targets: z.array(z.string()),
  }),
  z.object({ type: z.literal("cancel_asked"), by: Person, reason: z.string().nullable() }),
  z.object({ type: z.literal("step_started"), ...stepFields }),
  z.object({ type: z.literal("step_logged"), ...stepFields }),
  z.object({ type: z.literal("step_finished"), ...stepFields, outcome: Outcome }),
  z.object({ type: z.literal("reviewed"), review: Review }),
  /** One more look after it was done: whether everything still holds, and whether there is something new to tell. */
  z.object({ type: z.literal("looked_later"), number: z.int(), facts: z.array(Fact), tells: z.boolean() }),
  z.object({ type: z.literal("ended"), status: ChangeStatus, error: z.string().nullable() }),
]);
export type ChangeEvent = z.infer<typeof ChangeEvent>;
