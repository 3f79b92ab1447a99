import { z } from "zod";

const DEFAULTS = { change: 1, person: 5, day: 25 };
const NAMES = ["change", "person", "day"] as const;
type Name = (typeof NAMES)[number];

/** How many US dollars of a model may be used: by one change, by one requester in a day, by all in a day. Null: no limit. */
export type ModelBudget = Record<Name, number> | null;

/** `change=1,person=5,day=25`, each part with its default when left out, or `off`. */
export const ModelBudget = z.string().transform((text, context): ModelBudget => {
  if (text.trim() === "off") return null;
  const parts = text
    .split(",")
    .map((part) => /^\s*(change|person|day)=(\d{1,6}(?:\.\d{1,4})?)\s*$/u.exec(part));
  const given = parts.flatMap((part) => (part === null ? [] : [[part[1], Number(part[2])] as const]));
  const isPlain = given.length === parts.length && new Set(given.map(([name]) => name)).size === parts.length;
  if (isPlain && given.every(([, dollars]) => dollars > 0))
    return { ...DEFAULTS, ...Object.fromEntries(given) };
  context.addIssue("is not change=1,person=5,day=25 in US dollars above 0, some of these parts, or off");
  return z.NEVER;
});

/** What holds. Nothing is paid for the stand-in, so it has no budget unless one is set. */
export function budgetOf(set: ModelBudget | undefined, isPaid: boolean): ModelBudget {
  if (set !== undefined) return set;
  return isPaid ? DEFAULTS : null;
}
