import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Change } from "#change/change.ts";
import { ANA_SECRET, BEN_SECRET, type Program, planOf, startProgram } from "#test/support/program.ts";

const names = ["dee", "eve"];
const TOKENS = [
  `ana:requester:${ANA_SECRET}`,
  `ben:approver:${BEN_SECRET}`,
  ...names.map((name) => `${name}:approver:${name}-0123456789abcdef`),
];
const rules = (tokens: string) => `{ version: 1, approvals: [{ quorum: 2, tokens: [${tokens}] }] }`;

describe("a quorum under rules that change", () => {
  let program: Program;
  before(async () => {
    program = await startProgram(
      { GREENLIGHT_API_TOKENS: TOKENS.join(",") },
      { policy: rules("ben, dee, eve") },
    );
  });
  after(() => program.close());

  const approve = (change: Change, name: string) =>
    program.app.changes.decide({
      changeId: change.id,
      gate: "approval",
      revision: change.revision,
      round: 1,
      digest: change.digest ?? "",
      answer: "approve",
      by: { kind: "token", name, role: "approver", slackId: null },
      reason: "As was agreed",
    });

  it("does not count the yes of somebody who may not approve any more", async () => {
    program.model.script({ agent: "planner", json: planOf([["version", null]], "high") });
    const change = await program.ask("who still counts");
    assert.equal((await approve(change, "ben")).kind, "counted");
    await program.writePolicy(rules("dee, eve"));
    await program.restart();
    const second = await approve(change, "dee");
    assert.ok(second.kind === "counted", second.kind);
    assert.equal(second.count, 1);
    assert.deepEqual(await program.ran(change.id), []);
    assert.equal((await approve(change, "eve")).kind, "decided");
  });
});
