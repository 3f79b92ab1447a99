import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePolicy } from "#policy/read-policy.ts";
import { sharedNamespaces } from "#policy/shared-namespaces.ts";

const cases: [what: string, one: string, other: string, shared: string[]][] = [
  ["in any context", "namespaces: [shop, pay]", "namespaces: [pay]", ["pay"]],
  ["in any context and in one", "namespaces: [pay]", "namespaces: [pay], contexts: [west]", ["pay"]],
  [
    "in one context of both",
    "namespaces: [pay], contexts: [east, west]",
    "namespaces: [pay], contexts: [west]",
    ["pay"],
  ],
  ["in two clusters", "namespaces: [pay], contexts: [east]", "namespaces: [pay], contexts: [west]", []],
  ["not at all", "namespaces: [shop]", "namespaces: [pay]", []],
];

for (const [what, one, other, shared] of cases) {
  test(`a namespace that two environments list is warned of: ${what}`, () => {
    const read = parsePolicy(`version: 1\nenvironments:\n  a: { ${one} }\n  b: { ${other} }\n`);
    assert.ok(read.ok);
    const warned = sharedNamespaces(read.policy);
    assert.equal(warned.length, shared.length === 0 ? 0 : 1);
    for (const name of shared) assert.match(warned[0] ?? "", new RegExp(`namespace ${name}:`));
  });
}
