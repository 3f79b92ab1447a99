import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Program, startProgram } from "#test/support/program.ts";

const RULES = `
version: 1
environments: { production: { namespaces: [production], directories: [network] }, staging: { namespaces: [staging] } }
unattended: { medium: [staging] }
asking: [{ users: [ana], environments: [staging], max_risk: high }, { users: [ana], max_risk: low }]
`;

describe("what the Planner is told before it plans", () => {
  let program: Program;
  before(async () => {
    program = await startProgram({}, { policy: RULES });
  });
  after(() => program.close());

  it("is the environments and the workspace, the same each time, and what whoever asked may ask for", async () => {
    for (const request of ["show the pods in staging", "show the deployments in staging"])
      assert.equal((await program.ask(request)).status, "done");
    const asked = program.model.requests
      .map(({ body }) => JSON.stringify(body))
      .filter((body) => body.includes("<request-"));
    const systems = program.model.requests.map(({ body }) => (body as { system: unknown }).system);
    const [first, second] = systems
      .map((system) => JSON.stringify(system))
      .filter((text) => /terraform root/.test(text));
    assert.equal(first, second);
    assert.match(first ?? "", /production: namespaces production; directories network/);
    assert.match(first ?? "", /terraform root network \(production\): /);
    assert.match(first ?? "", /manifest manifests\/greeter\.yaml: /);
    assert.equal(asked.length, 2);
    for (const body of asked) assert.match(body, /staging: at most high risk/);
    assert.doesNotMatch(first ?? "", /at most high risk/);
  });
});
