import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { ANA, type Program, planOf, startProgram } from "#test/support/program.ts";
import { soon } from "#test/support/soon.ts";

const FREEZE = `
version: 1
environments: { staging: { namespaces: [staging] }, frozen: { namespaces: [production], directories: [network] } }
freezes: [{ from: "2020-01-01T00:00:00Z", until: "2099-01-01T00:00:00Z", environments: [frozen], reason: The big sale }]
asking: [{ max_risk: high, environments: [staging, frozen] }]
`;

const scaled = (namespace: string, count = 2) =>
  planOf([[`scale deployment/web --replicas=${count} -n ${namespace}`, null]]);

type Told = { refused?: { why: string; plan: { plan: { args: string[] }[] } } };

const textOf = (content: unknown): string =>
  typeof content === "string"
    ? content
    : (content as { text?: string }[]).map(({ text = "" }) => text).join("\n");

describe("a plan that policy or its preview refuses", () => {
  let program: Program;
  before(async () => {
    program = await startProgram();
  });
  beforeEach(() => {
    program.model.requests.length = 0;
  });
  after(() => program.close());
  const script = (...plans: object[]) =>
    program.model.script(plans.map((json) => ({ agent: "planner", json })));
  /** What the Planner was given, call by call; what the Reviewer was asked is left out. */
  const told = (): Told[] =>
    program.model.requests.flatMap(({ body }) => {
      const { messages } = body as { messages: { content: unknown }[] };
      const found = messages.flatMap(
        ({ content }) => /<(request-\w+)>(.*)<\/\1>/s.exec(textOf(content)) ?? [],
      );
      return found[2] === undefined ? [] : [JSON.parse(found[2]) as Told];
    });

  it("is made anew by the Planner, which is told why, and the next one runs", async () => {
    script(scaled("stagng", 4), scaled("staging", 4));
    const change = await program.ask("scale web to 4 in stagng");
    assert.deepEqual([change.status, change.error], ["done", null]);
    assert.deepEqual(await program.ran(change.id), ["forward 1 done"]);
    const [first, second, ...more] = told();
    assert.deepEqual(more, []);
    assert.equal(first?.refused, undefined);
    assert.match(second?.refused?.why ?? "", /stagng/);
    assert.doesNotMatch(second?.refused?.why ?? "", /kubectl said/);
    assert.ok(second?.refused?.plan.plan[0]?.args.includes("stagng"));
  });

  it("says so where it is asked for, once for each", async () => {
    script(scaled("stagng"), scaled("stagin"), scaled("staging", 3));
    const change = await program.ask("scale web to 3 in stagng");
    assert.equal(change.status, "done");
    assert.equal(change.refusedPlan?.times, 2);
    const { rows } = await program.app.database.query<{ event: { revision: number; times: number } }>(
      "select event from events where change_id = $1 and event->>'type' = 'plan_refused' order by seq",
      [change.id],
    );
    assert.deepEqual(
      rows.map(({ event }) => [event.revision, event.times]),
      [
        [1, 1],
        [1, 2],
      ],
    );
  });

  it("ends the change with the last reason after two more tries", async () => {
    script(scaled("a1"), scaled("b2"), scaled("c3"));
    const change = await program.ask("scale web to 2 somewhere");
    assert.equal(change.status, "failed");
    assert.match(change.error ?? "", /c3/);
    assert.match(change.error ?? "", /Nothing was run\./);
    assert.deepEqual(await program.ran(change.id), []);
    assert.equal(told().length, 3);
  });

  it("ends it at once where the Planner makes the same one again", async () => {
    script(scaled("a1"), scaled("a1"), scaled("staging"));
    const change = await program.ask("scale web to 2 in a1");
    assert.equal(change.status, "failed");
    assert.match(change.error ?? "", /a1/);
    assert.equal(told().length, 2);
    // What is left of the script is not for the next test.
    assert.equal((await program.ask("scale web to 2 in staging")).status, "done");
  });

  it("ends it with both where the Planner knows no other", async () => {
    const none = { ...planOf([]), summary: "There is no namespace like that." };
    script(scaled("a1"), none);
    const change = await program.ask("scale web to 2 in a1");
    assert.equal(change.status, "failed");
    assert.match(change.error ?? "", /a1[\s\S]*There is no namespace like that\./);
  });

  it("may be asked about, and its tries are counted on", async () => {
    const question = { ...planOf([]), questions: ["Which namespace?"], choices: [["staging"]] };
    script(scaled("a1"), question, scaled("b2"), scaled("c3"));
    const asked = await program.ask("scale web to 2");
    assert.equal(asked.status, "asking");
    assert.equal((await program.decide(asked, "answered", { answers: ["staging"] })).kind, "decided");
    const change = await program.until(asked.id, "failed", "done");
    assert.equal(change.status, "failed");
    assert.match(change.error ?? "", /c3/);
    assert.equal(told().length, 4);
  });

  it("is counted once where the program stops while the next one is made", async () => {
    program.model.script([
      { agent: "planner", json: scaled("a1") },
      // Overloaded: it waits with its next try.
      { agent: "planner", status: 529, retryAfter: 60 },
    ]);
    const asked = await program.app.changes.ask({
      ...{ request: "scale web to 2 in a1", requester: ANA, home: null, planOnly: false },
      idempotencyKey: crypto.randomUUID(),
    });
    assert.ok(asked.kind === "accepted");
    await soon("the second call", async () => told().length === 2);
    script(scaled("b2"), scaled("c3"));
    await program.restart();
    const change = await program.until(asked.change.id, "failed", "done");
    assert.match(change.error ?? "", /c3/);
    assert.equal(change.refusedPlan?.times, 2);
    assert.equal(told().length, 4);
  });

  it("ends at once what a freeze or asking forbids: no other plan is asked for", async () => {
    const frozen = await startProgram({}, { policy: FREEZE });
    try {
      const step = { step: 1, description: "x", tool: "terraform", dir: "network", risk: "high" };
      const args = ["apply", "-input=false", "-auto-approve"];
      const apply = { ...planOf([], "high"), plan: [{ ...step, args, rollback: null }] };
      const runs: [object, RegExp][] = [
        [apply, /The big sale/],
        [planOf([["get pods -n elsewhere", null]], "low"), /\basking\b/],
      ];
      for (const [json, why] of runs) {
        frozen.model.requests.length = 0;
        frozen.model.script([{ agent: "planner", json }]);
        const change = await frozen.ask(`a change ${crypto.randomUUID()}`);
        assert.equal(change.status, "failed");
        assert.match(change.error ?? "", why);
        assert.equal(frozen.model.requests.length, 1);
      }
    } finally {
      await frozen.close();
    }
  });
});
