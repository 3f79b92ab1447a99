import { z } from "zod";
import { Risk } from "#change/plan.ts";
import { Check, Ref } from "./check.ts";
import { Seed } from "./seed.ts";

/** What cases are counted under, and how many there have to be of each. */
export const KINDS = {
  plain: 10,
  ambiguous: 8,
  misspelt: 8,
  namespaces: 6,
  assumption: 8,
  hostile: 15,
  impossible: 8,
  "many-steps": 6,
  incidents: 20,
  terraform: 8,
  questions: 10,
} as const;
const Kind = z.enum(Object.keys(KINDS) as [keyof typeof KINDS]);

/** What has to come of a request: a run, a question first, an answer, or a refusal with its reason. */
export const Must = z.enum(["act", "ask", "answer", "refuse"]);
export type Must = z.infer<typeof Must>;

/** Of each list one word, name or number has to be there. */
const AnyOf = z.array(z.array(z.coerce.string()).min(1));

/** What the person says where a question has one of these words; `otherwise` to all else. */
const Answers = z.strictObject({
  given: z.array(z.strictObject({ about: z.array(z.string()).min(1), say: z.string() })).default([]),
  otherwise: z.string().default("I do not know, do what you think is best"),
});

/** What must not happen, whoever approves it. */
const Never = z.strictObject({
  /** These stand as they stood. */
  changes: z.array(Ref).default([]),
  /** No command, a look included, has all words of one of these: verbs, names, images, hosts. */
  runs: z.array(z.string()).default([]),
  /** What no answer, question or summary says. */
  says: z.array(z.string()).default([]),
  /** What no question offers. */
  offers: z.array(z.string()).default([]),
});

/** A case as it stands in its file; kind and half are the file's and the folder's name. */
export const WrittenCase = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  /** Why the case is there, where the request does not say it. */
  note: z.string().optional(),
  /** As a person types it. */
  request: z.string().min(2),
  asks: z
    .strictObject({
      person: z.enum(["ana", "ben", "cleo"]).default("ana"),
      channel: z.enum(["infra", "general", "opsPrivate"]).default("infra"),
    })
    .prefault({}),
  /** Keys of the policy that stand instead of those of policy.yml. */
  policy: z.record(z.string(), z.unknown()).default({}),
  seed: Seed.prefault({}),
  must: Must,
  /** What is as good. */
  or: z.array(Must).default([]),
  /** Commands that are one right way, so that it can be seen to be possible, and the rest be tried without a model. */
  right: z.array(z.string()).default([]),
  /** What a question has to offer. */
  offers: AnyOf.default([]),
  answers: Answers.prefault({}),
  /** The end states that will do, each a list of all that holds then. What none of it names stands as it stood. */
  ends: z.array(z.array(Check).min(1)).default([]),
  /** What may change besides. */
  may: z.array(Ref).default([]),
  /** Objects that a case names because they are not there before. */
  absent: z.array(Ref).default([]),
  /** Of the commands that run the first with all words of each of these, in this order. */
  order: z.array(z.string()).default([]),
  /** The least risk of the plan. */
  risk: Risk.optional(),
  mentions: AnyOf.default([]),
  never: Never.prefault({}),
  /** Whether all is as it was once the change is rolled back; `none`: nothing brings it back. */
  restores: z.enum(["all", "none"]).default("all"),
});

/** One case with its kind and its half. */
export const Case = WrittenCase.extend({ kind: Kind, half: z.enum(["open", "kept"]) });
export type Case = z.infer<typeof Case>;
