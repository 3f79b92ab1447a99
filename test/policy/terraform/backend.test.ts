import assert from "node:assert/strict";
import { test } from "node:test";
import { backendOf } from "#policy/terraform/backend.ts";

const cases: [what: string, files: Record<string, string>, backend: string][] = [
  ["no terraform block", { "net/main.tf": 'resource "terraform_data" "a" {}' }, "unsaid"],
  [
    "a terraform block without one",
    { "net/main.tf": 'terraform {\n required_version = ">= 1"\n}' },
    "unsaid",
  ],
  ["a comment that speaks of one", { "net/main.tf": '# terraform { backend "s3" {} }' }, "unsaid"],
  ["a remote one", { "net/main.tf": 'terraform {\n backend "s3" {\n  bucket = "b"\n }\n}' }, "elsewhere"],
  ["a cloud block", { "net/main.tf": "terraform {\n cloud {}\n}" }, "elsewhere"],
  ["a local one", { "net/main.tf": 'terraform {\n backend "local" {}\n}' }, "local"],
  ["one in JSON", { "net/main.tf.json": '{"terraform": {"backend": {"s3": {}}}}' }, "elsewhere"],
  ["one of a module below", { "net/m/main.tf": 'terraform {\n backend "s3" {}\n}' }, "unsaid"],
  [
    "one in another file",
    { "net/a.tf": "", "net/z_override.tf": 'terraform {\n backend "gcs" {}\n}' },
    "elsewhere",
  ],
  [
    "one that was put aside where terraform does not look",
    { "net/main.tf": "", "net/.backend.tf": 'terraform {\n backend "s3" {}\n}' },
    "unsaid",
  ],
];

for (const [what, files, backend] of cases) {
  test(`the backend of a root with ${what} is ${backend}`, () => {
    assert.equal(backendOf(new Map(Object.entries(files)), "net"), backend);
  });
}
