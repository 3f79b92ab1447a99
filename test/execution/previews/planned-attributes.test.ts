import assert from "node:assert/strict";
import { test } from "node:test";
import { attributesOf, type Values } from "#execution/previews/planned-attributes.ts";

const cases: [what: string, values: Values, said: string[]][] = [
  [
    "a value",
    { before: { cidr: "10.0.0.0/16" }, after: { cidr: "10.1.0.0/16" } },
    ["cidr: 10.0.0.0/16 → 10.1.0.0/16"],
  ],
  ["what stays", { before: { a: 1, b: [1] }, after: { a: 1, b: [1] } }, []],
  [
    "what comes and what goes",
    { before: { a: 1, b: null }, after: { a: null, b: 2 } },
    ["a: 1 → nothing", "b: nothing → 2"],
  ],
  [
    "a rule in a list",
    {
      before: { ingress: [{ port: 80, cidrs: ["10.0.0.0/8"] }] },
      after: {
        ingress: [
          { port: 80, cidrs: ["0.0.0.0/0"] },
          { port: 22, cidrs: [] },
        ],
      },
    },
    [
      'ingress[0].cidrs: ["10.0.0.0/8"] → ["0.0.0.0/0"]',
      "ingress[1].port: nothing → 22",
      "ingress[1].cidrs: nothing → []",
    ],
  ],
  [
    "a document within a text",
    {
      before: { policy: '{"Statement":[{"Effect":"Allow","Action":"s3:GetObject"}]}' },
      after: { policy: '{"Statement":[{"Effect":"Allow","Action":"s3:*"}]}' },
    },
    ["policy.Statement[0].Action: s3:GetObject → s3:*"],
  ],
  ["a text that only begins like a document", { before: { t: "[a" }, after: { t: "{b" } }, ["t: [a → {b"]],
  [
    "what is not known yet",
    {
      before: { id: "i-1", tags: { a: "b" } },
      after: { tags: {} },
      after_unknown: { id: true, tags: { a: true } },
    },
    ["id: i-1 → (known after apply)", "tags.a: b → (known after apply)"],
  ],
  [
    "what is sensitive, before, after or in part",
    {
      before: { p: "old", q: "one", r: { s: "x", t: "y" } },
      after: { p: "new", q: "two", r: { s: "z", t: "w" } },
      before_sensitive: { p: true },
      after_sensitive: { q: true, r: { s: true } },
    },
    [
      "p: (sensitive) → (sensitive)",
      "q: (sensitive) → (sensitive)",
      "r.s: (sensitive) → (sensitive)",
      "r.t: y → w",
    ],
  ],
  [
    "what is sensitive as a whole",
    { before: { p: "old" }, after: { p: "new" }, after_sensitive: true },
    [": (sensitive) → (sensitive)"],
  ],
  [
    "what forces a replacement, first",
    { before: { a: 1, zone: "a" }, after: { a: 2, zone: "b" }, replace_paths: [["zone"]] },
    ["zone: a → b, forces", "a: 1 → 2"],
  ],
  [
    "what is new: what somebody wrote",
    { before: null, after: { name: "x", empty: [], none: null, n: 0 }, after_unknown: { id: true } },
    ["name: nothing → x", "n: nothing → 0"],
  ],
  [
    "odd names",
    { before: { tags: { "a.b c": "1" } }, after: { tags: { "a.b c": "2" } } },
    ['tags["a.b c"]: 1 → 2'],
  ],
  ["a value that becomes a list", { before: { a: "x" }, after: { a: [{ b: 1 }] } }, ['a: x → [{"b":1}]']],
];

for (const [what, values, said] of cases) {
  test(`what a plan changes of a resource: ${what}`, () => {
    const lines = attributesOf(values).map(
      ({ path, before, after, forces }) =>
        `${path}: ${before ?? "nothing"} → ${after ?? "nothing"}${forces ? ", forces" : ""}`,
    );
    assert.deepEqual(lines, said);
  });
}
