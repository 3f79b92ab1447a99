import type { Difference, Stretch } from "./differences.ts";

/** One operation of a JSON patch (RFC 6902). */
export type Operation = {
  op: "test" | "add" | "remove" | "replace";
  path: string;
  value?: unknown;
};

/**
 * The JSON patch that takes exactly these differences back, and nothing else. First it tests that every path holds what
 * the step left there, and that every list item on the way is still the one meant, so that the server refuses all of it
 * once somebody changed one of them. `null` as a test's value means that nothing is there (kubectl 1.32's own library).
 */
export function backPatch(differences: readonly Difference[]): Operation[] {
  const tests = differences.flatMap(({ path, after }) => [
    ...namesOnTheWay(path),
    { op: "test" as const, path: pointerOf(path), value: after ?? null },
  ]);
  // Items that a step added stand behind others of their list: taken out from the end, no index moves before its turn.
  const added = differences.filter(isAddedItem).toSorted((one, other) => lastIndex(other) - lastIndex(one));
  const others = differences.filter((difference) => !isAddedItem(difference));
  return [...distinct(tests), ...[...others, ...added].map(takeBack)];
}

function namesOnTheWay(path: readonly Stretch[]): Operation[] {
  return path.flatMap((stretch, depth) =>
    typeof stretch === "string"
      ? []
      : [
          {
            op: "test" as const,
            path: pointerOf([...path.slice(0, depth + 1), "name"]),
            value: stretch.name,
          },
        ],
  );
}

function isAddedItem({ path, before }: Difference): boolean {
  return typeof path.at(-1) === "object" && before === undefined;
}

function lastIndex({ path }: Difference): number {
  const last = path.at(-1);
  return typeof last === "object" ? last.index : 0;
}

function takeBack({ path, before, after }: Difference): Operation {
  const at = pointerOf(path);
  if (before === undefined) return { op: "remove", path: at };
  return { op: after === undefined ? "add" : "replace", path: at, value: before };
}

function pointerOf(path: readonly Stretch[]): string {
  return path.map((stretch) => `/${escaped(stretch)}`).join("");
}

function escaped(stretch: Stretch): string {
  if (typeof stretch === "object") return String(stretch.index);
  return stretch.replaceAll("~", "~0").replaceAll("/", "~1");
}

function distinct(tests: readonly Operation[]): Operation[] {
  return [...new Map(tests.map((test) => [test.path, test])).values()];
}
