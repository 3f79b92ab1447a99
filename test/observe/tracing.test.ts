import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { BEN_SECRET, type Program, startProgram } from "#test/support/program.ts";

const NODES = ["planChange", "assessRisk", "awaitApproval", "executePlan", "reviewOutcome"];

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
    program = await startProgram({
      LANGSMITH_TRACING: "true",
      LANGSMITH_ENDPOINT: `http://127.0.0.1:${port}`,
      LANGSMITH_API_KEY: "ls-0123456789abcdef",
    });
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

  it("change nothing when their endpoint fails", async () => {
    status = 500;
    const change = await program.ask("scale web to 4 replicas in staging");
    assert.equal(change.status, "done");
  });
});
