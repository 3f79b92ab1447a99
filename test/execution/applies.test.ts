import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { againOf } from "#execution/applies/again.ts";
import { against, createApplied } from "#execution/applies/applied.ts";
import { readPlanned } from "#execution/applies/planned.ts";
import { doneInPart } from "#execution/applies/words.ts";

/** Lines as terraform 1.11.4 prints them. */
const PRINTED = `terraform_data.a: Destroying... [id=78c49e56]
terraform_data.a: Destruction complete after 0s
terraform_data.c: Creating...
terraform_data.c: Creation complete after 0s [id=b121d487]
terraform_data.c (deposed object 4bcf1439): Destroying... [id=72afc972]
terraform_data.c: Destruction complete after 0s
terraform_data.a: Creating...
terraform_data.a: Still creating... [10s elapsed]
terraform_data.a: Creation complete after 11s [id=0e62c3bc]
module.x["a: b"].terraform_data.b["x: Creation complete"]: Modifying... [id=1]
module.x["a: b"].terraform_data.b["x: Creation complete"]: Modifications complete after 0s [id=1]
terraform_data.late: Creating...
data.http.x: Reading...
data.http.x: Read complete after 0s
Apply complete! Resources: 2 added, 1 changed, 2 destroyed.`;

describe("what an apply did, by its output", () => {
  const listen = createApplied();
  for (const line of PRINTED.split("\n")) listen.add(line);
  const { applied } = listen;
  const b = 'module.x["a: b"].terraform_data.b["x: Creation complete"]';
  const PLAN = [
    change("terraform_data.a", ["delete", "create"]),
    change("terraform_data.c", ["create", "delete"]),
    change(b, ["update"]),
  ];

  it("is all of the plan and nothing else", () => {
    const whole = planned([
      ...PLAN,
      change("terraform_data.left", ["no-op"]),
      change("data.http.x", ["read"]),
    ]);
    assert.deepEqual(against(whole, applied), { missing: [], extra: [], hadNothingToDo: [] });
  });

  it("names what is missing and what nobody planned", () => {
    const other = planned([
      ...PLAN.slice(1),
      change("terraform_data.a", ["create"]),
      change("terraform_data.gone", ["delete"]),
    ]);
    const { missing, extra } = against(other, applied);
    assert.deepEqual(missing, [{ address: "terraform_data.gone", did: "destroy" }]);
    assert.deepEqual(extra, [{ address: "terraform_data.a", did: "destroy" }]);
  });

  it("may leave out an update of what was not known, and no other", () => {
    const open = change("terraform_data.open", ["update"], {
      before: { input: 1 },
      after_unknown: { input: true },
    });
    const known = change("terraform_data.known", ["update"], { before: { input: 1 }, after: { input: 2 } });
    const { missing, hadNothingToDo } = against(planned([...PLAN, open, known]), applied);
    assert.deepEqual(hadNothingToDo, ["terraform_data.open"]);
    assert.deepEqual(missing, [{ address: "terraform_data.known", did: "update" }]);
  });

  it("is told by what was done, what not, and what nobody saw end", () => {
    const half = planned([
      ...PLAN,
      change("terraform_data.late", ["create"]),
      change("terraform_data.never", ["create"]),
    ]);
    const hide = (text: string) => text.replace("never", "[hidden]");
    const told = doneInPart(half, applied, new Set(), hide);
    assert.match(told, /created: terraform_data\.c, terraform_data\.a; updated: module/);
    assert.match(
      told,
      /; not created: terraform_data\.\[hidden\]; begun, and not seen to end: terraform_data\.late$/,
    );
    const kept = doneInPart(half, applied, new Set(["terraform_data.late"]), hide);
    assert.match(kept, /in the state by now, and not to its end: terraform_data\.late$/);
  });
});

describe("one more plan after an apply", () => {
  const was = planned([
    change("a", ["update"], { before: { size: 1, at: 1 }, after: { size: 2 }, after_unknown: { at: true } }),
    change("b", ["create"]),
    change("c", ["delete"]),
    change("d", ["delete", "create"], { before: { t: 1 }, after: { t: 2 }, after_unknown: { id: true } }),
  ]);
  const again = (...changes: object[]) => againOf(was, planned(changes).resources);

  it("fails what is planned again in the same way", () => {
    const size = change("a", ["update"], { before: { size: 1 }, after: { size: 2 } });
    assert.deepEqual(again(size).again, [{ address: "a", why: "update (size)" }]);
    assert.deepEqual(again(change("b", ["create"])).again.length, 1);
    assert.deepEqual(again(change("c", ["delete"])).again.length, 1);
    const replaced = change("d", ["delete", "create"], { before: { t: 1 }, after: { t: 2 } });
    assert.deepEqual(again(replaced).again, [{ address: "d", why: "replace (t)" }]);
  });

  it("only notes what was unknown then, another attribute or action, and what was not in the plan", () => {
    const at = change("a", ["update"], { before: { at: 1 }, after_unknown: { at: true } });
    const other = change("a", ["update"], { before: { tags: 1 }, after: { tags: 2 } });
    const gone = change("a", ["delete"]);
    for (const one of [at, other, gone]) assert.deepEqual(again(one), { again: [], more: ["a"] });
    assert.deepEqual(again(change("new", ["create"])), { again: [], more: ["new"] });
    const id = change("d", ["delete", "create"], { before: { id: 1 }, after_unknown: { id: true } });
    assert.deepEqual(again(id), { again: [], more: ["d"] });
    assert.deepEqual(again(), { again: [], more: [] });
  });
});

function change(address: string, actions: string[], values: object = {}): object {
  return { address, change: { actions, ...values } };
}

function planned(changes: object[]) {
  return { flags: [], resources: readPlanned(JSON.stringify({ resource_changes: changes })) };
}
