import { CASES } from "./all-of.ts";
import type { Case } from "./case.ts";
import { CUTS, type Cut, type Knife, restoreCut } from "./cut-off.ts";
import type { Place } from "./restore.ts";

export type CutTry = { name: string; one: Case; cut: Cut };

/** Cases that are rolled back by design: those where something stands, or a step fails, are not cut off. */
const WHOLE = CASES.filter(({ standing, verb }) => standing !== true && verb !== "fails half-way");

/** Every such case, cut off once on its way forward and once on its way back: after and before the spawn in turn. */
export function everyCut(): CutTry[] {
  return WHOLE.flatMap((one, index) =>
    CUTS.filter((_, place) => place % 2 === index % 2).map((cut) => ({
      name: `${one.name} / ${cut}`,
      one,
      cut,
    })),
  );
}

/** Two cases, one of them with two objects, with every cut. */
export function sampleCuts(): CutTry[] {
  const some = [WHOLE.find(({ verb }) => verb === "set"), WHOLE.find(({ verb }) => verb === "two steps")];
  return some.flatMap((one) =>
    one === undefined ? [] : CUTS.map((cut) => ({ name: `${one.name} / ${cut}`, one, cut })),
  );
}

/** Tries them one after the other; a line for each that is not as it should be. */
export async function tryCuts(place: Place, knife: Knife, tries: readonly CutTry[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const [index, { name, one, cut }] of tries.entries()) {
    const why = await restoreCut(place, knife, one, cut, `cut-${index}`).catch(
      (error: Error) => error.message,
    );
    if (why !== null) wrong.push(`${name}: ${why}`);
  }
  return wrong;
}
