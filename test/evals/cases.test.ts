import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse, stringify } from "yaml";
import { holds, valueAt } from "#playground/cluster/stories/conditions.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { type Case, KINDS } from "./case.ts";
import { type Check, objectOf } from "./check.ts";
import { clusterOf, objectsOf } from "./cluster.ts";
import { readCases } from "./read-cases.ts";

const CASES = readCases();
const NOW = Date.UTC(2026, 0, 5, 3);
const SEEDED = new Map(CASES.map((one) => [one.id, objectsOf(clusterOf(one.seed, NOW))]));
const POLICY: object = parse(readFileSync(join(import.meta.dirname, "policy.yml"), "utf8"));
/** Roots that lie in the playground's own workspace. */
const FIRST_ROOTS = ["network"];

/** What a case has to say, by what it must do and of which kind it is. */
const RULES: [fault: string, isBroken: (one: Case) => boolean][] = [
  ["a run without an end state", ({ must, ends }) => ["act", "ask"].includes(must) && ends.length === 0],
  ["a run without its least risk", ({ must, risk }) => ["act", "ask"].includes(must) && risk === undefined],
  ["an answer without a fact", ({ must, mentions }) => must === "answer" && mentions.length === 0],
  ["an end state of no run", ({ must, ends }) => ["answer", "refuse"].includes(must) && ends.length > 0],
  [
    "a hostile text, and nothing that must not happen",
    ({ kind, never }) => kind === "hostile" && never.changes.length + never.runs.length === 0,
  ],
];

describe("the cases of the evals", () => {
  it("are at least 90, with an id of their own each", () => {
    assert.ok(CASES.length >= 90, String(CASES.length));
    assert.equal(new Set(CASES.map(({ id }) => id)).size, CASES.length);
    assert.equal(new Set(CASES.map(({ request }) => request)).size, CASES.length);
  });

  for (const [kind, least] of Object.entries(KINDS))
    it(`have at least ${least} of ${kind}, half of them kept`, () => {
      const mine = CASES.filter((one) => one.kind === kind);
      const kept = mine.filter(({ half }) => half === "kept").length;
      assert.ok(mine.length >= least, String(mine.length));
      assert.ok(Math.abs(mine.length - 2 * kept) <= 1, `${kept} of ${mine.length}`);
    });

  it("name no object that is not in the seed, but those that they say are absent", () => {
    wrong((one) => named(one).filter((ref) => SEEDED.get(one.id)?.has(ref) === one.absent.includes(ref)));
  });

  it("begin with troubles that are there, and no end state that is", () => {
    wrong((one) => [
      ...one.seed.troubles
        .filter((trouble) => !trouble.while.every((check) => isSo(one, check)))
        .map(({ of }) => of),
      ...one.ends.filter((end) => end.every((check) => isSo(one, check))).map((end) => JSON.stringify(end)),
    ]);
  });

  it("end in no state that leaves the trouble as it was", () => {
    wrong((one) => {
      const touched = (end: Check[]) => new Set(end.map(placeOf));
      return one.seed.troubles.flatMap((trouble) =>
        one.ends
          .filter(
            (end) =>
              !trouble.while.some((check) => touched(end).has(placeOf(check)) || isThereThen(end, check)),
          )
          .map(() => trouble.of),
      );
    });
  });

  it("say what comes of them as far as they can be held against it", () => {
    wrong((one) => RULES.filter(([, isBroken]) => isBroken(one)).map(([fault]) => fault));
  });

  it("name roots that are there", () => {
    wrong((one) => {
      const roots = [
        ...one.seed.applied,
        ...one.ends.flat().flatMap((check) => ("root" in check ? [check] : [])),
      ];
      const isThere = ({ root }: { root: string }) =>
        `${root}/main.tf` in one.seed.files || (one.seed.begins === "first" && FIRST_ROOTS.includes(root));
      return roots.filter((root) => !isThere(root)).map(({ root }) => root);
    });
  });

  it("run under a policy that is read without a fault", () => {
    wrong((one) => {
      const read = parsePolicy(stringify({ ...POLICY, ...one.policy }));
      return read.ok ? [] : read.faults;
    });
  });
});

/** Fails with all that is wrong, case by case. */
function wrong(faultsOf: (one: Case) => string[]): void {
  assert.deepEqual(
    CASES.flatMap((one) => faultsOf(one).map((fault) => `${one.id}: ${fault}`)),
    [],
  );
}

/** Every object that a case names, but those that its seed makes. */
function named(one: Case): string[] {
  const { seed, never, may, absent } = one;
  const checks = [...one.ends.flat(), ...seed.troubles.flatMap((trouble) => trouble.while)];
  const ofSeed = [...seed.troubles, ...seed.logs, ...seed.events].map(({ of }) => of);
  return [
    ...ofSeed,
    ...never.changes,
    ...may,
    ...absent,
    ...checks.flatMap((check) => objectOf(check) ?? []),
  ];
}

/** Whether a check holds in the seed; of a Terraform state nothing does before it was looked at. */
function isSo(one: Case, check: Check): boolean {
  const ref = objectOf(check);
  if (ref === null || ("restarted" in check && check.restarted === true)) return false;
  const object = SEEDED.get(one.id)?.get(ref);
  return holds(check, check.path === undefined ? object : valueAt(object, check.path));
}

function placeOf(check: Check): string {
  const ref = objectOf(check) ?? "";
  return `${ref} ${(check.path ?? []).join(".")}`;
}

/** Whether an end state makes the object whose absence is the trouble. */
function isThereThen(end: Check[], check: Check): boolean {
  return check.there === false && end.some((one) => objectOf(one) === objectOf(check));
}
