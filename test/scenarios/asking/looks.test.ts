import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ANA, type Program, startProgram } from "#test/support/program.ts";

const POLICY = `version: 1
environments: { staging: { namespaces: [staging] }, production: { namespaces: [production] } }
unattended: { medium: [staging] }
deadlines: { settle_seconds: 20 }
looks: [{ environments: [production], may: [objects, events] }, { environments: [staging], may: [objects, events, logs] }]
`;

describe("looks of the Planner", () => {
  let program: Program;
  before(async () => {
    program = await startProgram({}, { policy: POLICY, looks: true });
  });
  after(() => program.close());

  type Row = { number: number; argv: string[]; outcome: string; environments: string[]; shown: string };
  async function looksOf(id: string): Promise<Row[]> {
    const rows = await program.app.database.query<Row>(
      "select number, argv, outcome, environments, shown from looks where change_id = $1 order by revision, number",
      [id],
    );
    return rows.rows;
  }

  test("a misspelt name is looked up, planned right and run without a question", async () => {
    const done = await program.ask("scale chekout to 3 in staging");
    assert.equal(done.status, "done", JSON.stringify(done.error));
    assert.deepEqual(done.plan?.plan[0]?.args.slice(0, 2), ["scale", "deployment/checkout"]);
    const [look, ...more] = await looksOf(done.id);
    assert.deepEqual(more, []);
    assert.deepEqual([look?.number, look?.outcome, look?.environments], [1, "seen", ["staging"]]);
    assert.match(look?.shown ?? "", /checkout +2\/2/);
    const calls = await program.app.database.query(
      "select cache_read_tokens from model_calls where change_id = $1 and agent = 'planner'",
      [done.id],
    );
    assert.equal(calls.rowCount, 2);
  });

  test("a look that the rules forbid is refused with a sentence, counts, and nothing is spawned for it", async () => {
    const script = {
      agent: "planner" as const,
      tools: [
        { name: "kubectl", input: { args: ["logs", "deployment/web", "-n", "production"], why: "why" } },
      ],
    };
    program.model.script(script);
    const ended = await program.ask("show the pods in staging");
    const [look] = await looksOf(ended.id);
    assert.equal(look?.outcome, "refused");
    assert.match(look?.shown ?? "", /does not let you look at logs in production/);
  });

  test("a look that would change something is refused by the same rules as a step", async () => {
    const input = { args: ["scale", "deployment/web", "--replicas=0", "-n", "production"], why: "a look" };
    program.model.script({ agent: "planner", tools: [{ name: "kubectl", input }] });
    const ended = await program.ask("show the deployments in staging");
    const [look] = await looksOf(ended.id);
    assert.equal(look?.outcome, "refused");
    assert.match(look?.shown ?? "", /A look only reads/);
    assert.deepEqual(
      (await program.ran(ended.id)).filter((ran) => !ran.startsWith("forward")),
      [],
    );
  });

  test("looks of a revision are data of the next conversation about it, and are not made again", async () => {
    const asked = await program.ask("restart checkout");
    assert.equal(asked.status, "asking");
    const before = await looksOf(asked.id);
    assert.equal(before.length, 2, "one for each environment");
    await program.decide(asked, "answered", { answers: ["staging"], by: ANA });
    const done = await program.until(asked.id, "done", "failed");
    assert.equal(done.status, "done", JSON.stringify(done.error));
    assert.deepEqual((await looksOf(asked.id)).length, before.length);
  });

  test("what only a look brought in is never run unattended, and the card says so", async () => {
    const step = { step: 1, description: "", tool: "kubectl", dir: "", risk: "medium", rollback: null };
    const args = ["scale", "deployment/payment-api", "--replicas=0", "-n", "staging"];
    const input = { args: ["get", "deployments", "-n", "staging"], why: "what is there" };
    const plan = {
      summary: "",
      plan: [{ ...step, args }],
      risk_level: "medium",
      risk_reason: "",
      questions: [],
    };
    program.model.script([
      { agent: "planner", tools: [{ name: "kubectl", input }] },
      { agent: "planner", json: plan },
    ]);
    const waiting = await program.ask("restart web in staging");
    assert.equal(waiting.status, "waiting", "staging lets medium run unattended");
    assert.ok(
      waiting.riskReasons.includes("payment-api was not in the request"),
      waiting.riskReasons.join("; "),
    );
    await program.app.changes.cancel({ changeId: waiting.id, by: ANA, reason: null });
  });
});
