import { KINDS } from "./case.ts";
import type { Failed } from "./judge.ts";
import type { Ran } from "./run-case.ts";

/** One try of a case: the lines of it that do not hold, and what it took. */
export type Tried = {
  id: string;
  kind: string;
  failed: Failed[];
  isNeedlessQuestion: boolean;
  took: Ran["took"];
};

const TITLES = [
  "kind",
  "cases",
  "pass",
  "pass^n",
  "risk",
  "needless questions",
  "looks",
  "calls",
  "tokens",
  "seconds",
];

/** A row for each kind and one for all, as Markdown. `pass`: of all tries; `pass^n`: cases that passed every time. */
export function tableOf(tries: readonly Tried[]): string {
  const kinds = Object.keys(KINDS).filter((kind) => tries.some((one) => one.kind === kind));
  const rows = [
    ...kinds.map((kind) =>
      rowOf(
        kind,
        tries.filter((one) => one.kind === kind),
      ),
    ),
    rowOf("all", tries),
  ];
  return [TITLES, TITLES.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function rowOf(kind: string, tries: readonly Tried[]): string[] {
  const cases = [...Map.groupBy(tries, ({ id }) => id).values()];
  const passed = tries.filter(({ failed }) => failed.length === 0).length;
  const always = cases.filter((own) => own.every(({ failed }) => failed.length === 0)).length;
  const count = (is: (one: Tried) => boolean): string => String(tries.filter(is).length);
  const middle = (of: (took: Ran["took"]) => number): number =>
    tries.map(({ took }) => of(took)).toSorted((a, b) => a - b)[tries.length >> 1] ?? 0;
  return [
    ...[kind, String(cases.length)],
    ...[percent(passed, tries.length), percent(always, cases.length)],
    count(({ failed }) => failed.some(({ line }) => line === "risk")),
    count(({ isNeedlessQuestion }) => isNeedlessQuestion),
    ...[middle(({ looks }) => looks), middle(({ calls }) => calls), middle(({ tokens }) => tokens)].map(
      String,
    ),
    middle(({ seconds }) => seconds).toFixed(1),
  ];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "" : `${part} (${Math.round((100 * part) / whole)} %)`;
}
