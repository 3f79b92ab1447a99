import assert from "node:assert/strict";
import { test } from "node:test";
import { PolicyDocument, withHash } from "#policy/document.ts";
import { judgeTerraform } from "#policy/terraform/terraform.ts";
import type { Verdict } from "#policy/verdict.ts";
import { type HostileRoot, hostileRoots } from "./roots-hostile.ts";
import { ordinaryRoots } from "./roots-ordinary.ts";

const plain = withHash(PolicyDocument.parse({ version: 1 }));
const trusting = withHash(PolicyDocument.parse({ version: 1, terraform: { trusted_roots: ["net"] } }));

function judge({ files, args = ["plan"] }: Pick<HostileRoot, "files" | "args">, policy = plain): Verdict {
  return judgeTerraform(
    { tool: "terraform", args: [...args], dir: "net" },
    policy,
    new Map(Object.entries(files)),
  );
}

for (const kind of ["code", "file", "address", "provider"] as const) {
  test(`every root with ${kind} is refused by a finding, and high where the policy trusts it`, () => {
    for (const root of hostileRoots.filter((one) => one.kind === kind)) {
      const verdict = judge(root);
      assert.equal(verdict.decision, "deny", `${root.name}: ${JSON.stringify(verdict)}`);
      // A finding, which says where: not any other reason for which a line is refused.
      assert.match(verdict.reasons.join(), /net\/.*trusted_roots may allow it/s, root.name);
      const trusted = judge(root, trusting);
      assert.ok(
        trusted.decision === "allow" && trusted.risk === "high",
        `${root.name}: ${JSON.stringify(trusted)}`,
      );
    }
  });
}

test("each kind has its neighbours, and no root is there twice", () => {
  assert.ok(hostileRoots.length >= 200);
  assert.equal(
    new Set(hostileRoots.map(({ files, args }) => JSON.stringify([files, args]))).size,
    hostileRoots.length,
  );
  assert.equal(new Set(hostileRoots.map(({ kind, name }) => `${kind} ${name}`)).size, hostileRoots.length);
  for (const kind of ["code", "file", "address", "provider"]) {
    assert.ok(hostileRoots.filter((root) => root.kind === kind).length >= 11, kind);
  }
});

test("every ordinary root is planned without trust", () => {
  for (const root of ordinaryRoots) {
    const verdict = judge(root);
    assert.equal(verdict.decision, "allow", `${root.name}: ${verdict.reasons.join()}`);
    assert.equal(verdict.risk, "low", root.name);
  }
});

test("what is read from outside of a root counts as read", () => {
  const named = ordinaryRoots.find(({ name }) => name.startsWith("policies"));
  const verdict = judge(named ?? assert.fail());
  assert.ok(verdict.decision === "allow");
  assert.deepEqual(verdict.reads, [
    { path: "net", kind: "tree" },
    { path: "modules/queue", kind: "tree" },
    { path: "shared/common.json", kind: "file" },
  ]);
});

test("a root of 100 files is read in milliseconds", (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 100 }, (_, n) => [
      `net/f${n}.tf`,
      ordinaryRoots[n % 2 === 0 ? 0 : 5]?.files["net/main.tf"] ?? "",
    ]),
  );
  const all = { ...ordinaryRoots[5]?.files, ...files };
  const rounds = Array.from({ length: 5 }, () => {
    const start = process.cpuUsage();
    judge({ files: all });
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  });
  const best = Math.min(...rounds);
  t.diagnostic(`${best.toFixed(1)} ms for 100 files of ${Object.values(all).join("").length} characters`);
  assert.ok(best < 300, `${best} ms`);
});

test("a root that is made to be read without end is read in seconds", () => {
  const many = (count: number, line: string) => line.repeat(count);
  const start = process.cpuUsage();
  judge({
    files: {
      "net/main.tf": `locals {\n  j = jsondecode(file("x.json"))\n}\noutput "x" {\n  value = [\n${many(2_000, "    file(local.j[uuid()]),\n")}  ]\n}\n`,
      "net/x.json": `{${Array.from({ length: 30_000 }, (_, n) => `"k${n}":"v"`).join()}}`,
    },
  });
  judge({
    files: {
      "net/main.tf": `output "x" {\n  value = [\n${many(1_000, '    templatefile("t.tpl", {}),\n    templatefile("u.tpl", {}),\n')}  ]\n}\n`,
      "net/t.tpl": many(20_000, "$" + "{a}"),
      "net/u.tpl": many(5_000, "$" + "{upper(a)}"),
    },
  });
  const { user, system } = process.cpuUsage(start);
  // 400 s of these were seen before templates and long objects counted.
  assert.ok((user + system) / 1_000_000 < 20, `${(user + system) / 1_000_000} s`);
});
