import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "#observe/log.ts";

test("an error is logged with what it says and its causes, and nothing that hangs on it", () => {
  const lines: string[] = [];
  const log = createLog(
    (text) => text,
    (line) => void lines.push(line),
  );
  const cause = Object.assign(new Error("refused"), { code: "28P01", password: "hunter2" });
  const error = Object.assign(new Error("no connection", { cause }), { client: { password: "hunter2" } });
  log.warn({ err: new AggregateError([error], "all of them") }, "cut");
  const [line = ""] = lines;
  assert.doesNotMatch(line, /hunter2|client/);
  const { err } = JSON.parse(line);
  assert.equal(err.errors[0].message, "no connection");
  assert.equal(err.errors[0].cause.code, "28P01");
  assert.ok(err.errors[0].cause.stack.includes("refused"));
});

test("a chain of causes without an end is logged all the same", () => {
  const lines: string[] = [];
  const log = createLog(
    (text) => text,
    (line) => void lines.push(line),
  );
  const round = new Error("round");
  round.cause = round;
  log.warn({ err: round }, "x");
  log.warn({ err: "a text" }, "y");
  assert.equal(lines.length, 2);
});
