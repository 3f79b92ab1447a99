import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import type { Plan } from "#change/plan.ts";
import { whyHoldsSecret } from "#redact/plan.ts";
import { createRedact } from "#redact/redact.ts";
import { createRedactJson, redactField } from "#redact/value.ts";
import { planOf } from "#test/support/program.ts";
import { benignCorpus, secretsCorpus } from "./corpus.ts";

const redact = createRedact([]);
const redactJson = createRedactJson(redact);
const ofValue = (value: unknown): unknown => JSON.parse(redactJson(JSON.stringify(value)));

describe("redaction of JSON", () => {
  it("leaves no secret of the corpus in any place of a document, and a document it stays", () => {
    for (const { kind, text, secrets } of secretsCorpus()) {
      const clean = redactJson(`${JSON.stringify({ msg: text, list: [{ [text]: text }] })}\n`);
      for (const secret of secrets) assert.ok(!clean.includes(JSON.stringify(secret).slice(1, -1)), kind);
      assert.ok(typeof JSON.parse(clean) === "object" && clean.endsWith("\n"), kind);
    }
    for (const text of benignCorpus()) assert.deepEqual(ofValue({ msg: [text] }), { msg: [text] });
  });

  it("knows a secret by the name it stands under, in a list of arguments too", () => {
    assert.deepEqual(
      ofValue({ db_password: "hunter", list: ["--token", "abc", "-n", "web"], n: 1, x: null }),
      {
        db_password: "[redacted]",
        list: ["--token", "[redacted]", "-n", "web"],
        n: 1,
        x: null,
      },
    );
    assert.deepEqual(ofValue({ kind: "Secret", data: { a: "b" } }), {
      kind: "Secret",
      data: { a: "[redacted]" },
    });
    assert.deepEqual(ofValue({ kind: "ConfigMap", data: { a: "b" } }), {
      kind: "ConfigMap",
      data: { a: "b" },
    });
    assert.deepEqual(ofValue({ name: "DB_PASSWORD", value: "hunter" }), {
      name: "DB_PASSWORD",
      value: "[redacted]",
    });
  });

  it("knows lists under a telling name, names that tell only with their value, and a value before its name", () => {
    assert.deepEqual(
      ofValue({
        tokens: ["abc", "", { id: 1 }],
        secrets: ["db-credentials", "Winter-12"],
        routing_key: "orders.created",
        service_key: "4f0e1d2c3b4a5968",
        cache_key: "Users-v2-Ana",
        env: [{ value: "hunter", name: "DB_PASSWORD" }],
        parameter: { ParameterKey: "DbPassword", ParameterValue: "hunter" },
      }),
      {
        tokens: ["[redacted]", "", { id: 1 }],
        secrets: ["db-credentials", "[redacted]"],
        routing_key: "orders.created",
        service_key: "[redacted]",
        cache_key: "Users-v2-Ana",
        env: [{ value: "[redacted]", name: "DB_PASSWORD" }],
        parameter: { ParameterKey: "DbPassword", ParameterValue: "[redacted]" },
      },
    );
  });

  it("takes an error's message out of its stack as it takes the message alone", () => {
    const message = "- name: DB_PASSWORD\n  value: hunter";
    assert.deepEqual(ofValue({ message, stack: `Error: ${message}\n    at x` }), {
      message: "- name: DB_PASSWORD\n  value: [redacted]",
      stack: "Error: - name: DB_PASSWORD\n  value: [redacted]\n    at x",
    });
  });

  it("takes what is no JSON as text", () => {
    assert.equal(redactJson("{ password=hunter2"), "{ password=[redacted]");
  });
});

describe("a plan whose commands hold a secret", () => {
  it("is refused, whichever command it is in and however it is spread over its words", () => {
    for (const line of [
      "create secret generic db --from-literal=password=hunter2",
      "get pods --token hunter2abc",
      "set env deployment/web DB_PASSWORD=hunter2",
      "annotate pod/web note=[redacted]",
      `set env deployment/web A=ghp_${"a1B2".repeat(9)}`,
    ]) {
      assert.match(
        whyHoldsSecret(
          planOf([
            ["get pods", null],
            [line, null],
          ]) as Plan,
          redact,
        ) ?? "",
        /^Step 2 holds/,
      );
      assert.match(
        whyHoldsSecret(planOf([["get pods", line]]) as Plan, redact) ?? "",
        /^The rollback of step 1/,
      );
    }
  });

  it("is none when they only speak of one", () => {
    for (const line of [
      "get secret db-password -n web",
      "scale deployment/token-service --replicas=3 -n production",
      "set image deployment/web web=nginx@sha256:4f1c2d3e5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f",
      "rollout undo deployment/vault-secret --to-revision=3",
      'patch deployment web -p {"spec":{"replicas":3}}',
    ]) {
      assert.equal(whyHoldsSecret(planOf([[line, line]]) as Plan, redact), null, line);
    }
  });
});

test("a value alone is redacted under its name", () => {
  assert.equal(
    redactField("DB_PASSWORD", "hunter22hunter", (text) => text),
    "[redacted]",
  );
  assert.equal(
    redactField("replicas", "3", (text) => text),
    "3",
  );
});
