import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createLog } from "#observe/log.ts";
import { createRedact } from "#redact/redact.ts";
import { createRedactJson } from "#redact/value.ts";
import { type Program, startProgram } from "#test/support/program.ts";

const VALUE = "a value of nobody's shape";
const POLICY = `version: 1
environments:
  staging:
    namespaces: [staging]
    variables: [DEPLOY_PASSWORD]
`;

describe("what the policy gives to commands", () => {
  let program: Program;
  let known: readonly string[] = [];
  before(async () => {
    const onSecrets = (secrets: readonly string[]): void => {
      known = secrets;
    };
    program = await startProgram({ DEPLOY_PASSWORD: VALUE }, { policy: POLICY, onSecrets });
  });
  after(() => program.close());

  it("is a secret to the process log too", () => {
    const written: string[] = [];
    const log = createLog(createRedactJson(createRedact(known)), (line) => written.push(line));
    log.warn({ err: new Error(`refused: ${VALUE}`) }, "It failed");
    assert.match(written.join(""), /refused: \[redacted\]/);
    assert.ok(!written.join("").includes(VALUE));
  });
});
