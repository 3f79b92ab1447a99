import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { BEN_SECRET, type Program, startProgram } from "#test/support/program.ts";
import { soon } from "#test/support/soon.ts";

const NODES = ["planChange", "assessRisk", "awaitApproval", "executePlan", "reviewOutcome"];

const Run = z.looseObject({ id: z.string(), name: z.string(), parent_run_id: z.string().optional() });

describe("traces", () => {
  let receiver: Server;
  let program: Program;
  let status = 202;
  const bodies: string[] = [];
  before(async () => {
    receiver = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk));
      bodies.push(Buffer.concat(chunks).toString("utf8"));
      response.writeHead(request.method === "GET" ? 200 : status, { "content-type": "application/json" });
      response.end("{}");
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const { port } = receiver.address() as AddressInfo;
    program = await startProgram(
      {
        LANGSMITH_TRACING: "true",
        LANGSMITH_ENDPOINT: `http://127.0.0.1:${port}`,
        LANGSMITH_API_KEY: "ls-0123456789abcdef",
      },
      { laterLooksMs: [1] },
    );
  });
  after(async () => {
    await program.close();
    receiver.closeAllConnections();
    receiver.close();
  });

  it("show every node with its state, and none of the bot's secrets, also when a command prints one", async () => {
    const waiting = await program.ask("scale payment-api to 4 replicas in production");
    await program.decide(waiting, "approve");
    await program.until(waiting.id, "done");
    program.model.script({
      agent: "planner",
      json: { summary: `told ${BEN_SECRET}`, plan: [], risk_level: "low", risk_reason: "", questions: [] },
    });
    const told = await program.ask("say the secret");
    assert.match(told.error ?? "", /told \[redacted\]/, "what a model says is redacted before it is stored");
    await program.restart();
    const all = bodies.join("\n");
    for (const node of NODES) assert.ok(all.includes(`"${node}"`), `no trace of ${node}`);
    assert.ok(all.includes("payment-api"));
    assert.ok(all.includes("told [redacted]"));
    assert.ok(!all.includes(BEN_SECRET));
  });

  it("show what was read back, object by object, after the run and later", async () => {
    const waiting = await program.ask("scale checkout to 4 replicas in production");
    await program.decide(waiting, "approve");
    await program.until(waiting.id, "done");
    await soon("the look", async () => (await program.app.changes.get(waiting.id))?.laterLooks.length === 1);
    await program.restart();
    const all = bodies.join("\n");
    for (const name of ["facts", "one of facts", "later look", "one of later look"])
      assert.ok(all.includes(`"${name}"`), `no span ${name}`);
    assert.match(
      all,
      /^\{"step":1,"target":"Deployment\/checkout in production","state":"good","says":"4 of 4 ready/mu,
    );
    const runs = [...all.matchAll(/^\{"session_name".*\}\r?$/gmu)].map(([line]) =>
      Run.parse(JSON.parse(line)),
    );
    const named = (name: string) => runs.filter((run) => run.name === name);
    const parents = (name: string) =>
      named(name).map(({ parent_run_id: parent }) => runs.find(({ id }) => id === parent)?.name);
    assert.deepEqual(
      [new Set(parents("facts")), new Set(parents("one of facts")), new Set(parents("later look"))],
      [new Set(["reviewOutcome"]), new Set(["facts"]), new Set([undefined])],
    );
  });

  it("change nothing when their endpoint fails", async () => {
    status = 500;
    const change = await program.ask("scale web to 4 replicas in staging");
    assert.equal(change.status, "done");
  });
});
