import type { Case } from "./case.ts";
import { CHANGES } from "./changes.ts";
import { LATER } from "./later.ts";
import { LIFECYCLE } from "./lifecycle.ts";
import { type Ended, type Place, restore, type Variant, variantsOf } from "./restore.ts";

/** One case in one variant; `name` is how the list of what is to come knows it. */
export type Tried = { name: string; one: Case; variant: Variant };
export type Result = Tried & { ended: Ended };

/** Every case there is. */
export const CASES: readonly Case[] = [...CHANGES, ...LIFECYCLE];

/** Every case in every variant it has. */
export function everyTry(): Tried[] {
  return CASES.flatMap((one) =>
    variantsOf(one).map((variant) => ({ name: `${one.name} / ${variant}`, one, variant })),
  );
}

/** The first case of each verb, without the variants that another one holds too: "other" is "plain" and more. */
export function sampleTries(): Tried[] {
  const first = [...Map.groupBy(CASES, ({ verb }) => verb).values()].flatMap((cases) => cases.slice(0, 1));
  return everyTry().filter(
    ({ one, variant }) => first.includes(one) && (variant !== "plain" || one.other === undefined),
  );
}

const AT_ONCE = 4;

/** Tries them all, a few at once; `prefix` keeps the namespaces of several calls apart. */
export async function tryAll(place: Place, tries: readonly Tried[], prefix: string): Promise<Result[]> {
  const results: Result[] = [];
  const queue = [...tries.entries()];
  const next = async (): Promise<void> => {
    for (let taken = queue.shift(); taken !== undefined; taken = queue.shift()) {
      const [index, tried] = taken;
      const ended = await restore(place, tried.one, tried.variant, `${prefix}-${index}`);
      results.push({ ...tried, ended });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return results;
}

/** What is not as it should be, a line each: red cases that are not on the list, and those on it that are green by now. */
export function wrongOf(results: readonly Result[]): string[] {
  return results.flatMap(({ name, ended }) => {
    const isListed = LATER.has(name);
    if (ended.isRight && isListed) return [`${name}: is right by now, so take it off the list in later.ts`];
    if (ended.isRight || isListed) return [];
    return [`${name}: ${ended.isOverwritten ? "OVERWRITTEN, " : ""}${ended.says}`];
  });
}

/** How many were right, were not, and lost what somebody did meanwhile, by verb. */
export function tableOf(results: readonly Result[]): string {
  const rows = [...Map.groupBy(results, ({ one }) => one.verb)].map(([verb, own]) => {
    const count = (is: (result: Result) => boolean): string => String(own.filter(is).length).padStart(6);
    const cases = String(new Set(own.map(({ one }) => one)).size).padStart(6);
    const cells = [
      cases,
      String(own.length).padStart(6),
      count(({ ended }) => ended.isRight),
      count(({ ended }) => !ended.isRight),
      count(({ ended }) => ended.isOverwritten),
    ];
    return `${verb.padEnd(16)}${cells.join("")}`;
  });
  return ["verb             cases tries right   not  lost", ...rows].join("\n");
}
