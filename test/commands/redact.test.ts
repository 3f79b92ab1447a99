import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";

const entry = join(import.meta.dirname, "..", "..", "src", "entry.js");

function start() {
  const env = { GREENLIGHT_API_TOKENS: "ana:requester:very-own-0123456789" };
  const child = spawn(process.execPath, [entry, "redact"], { cwd: tmpdir(), env });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = once(child, "close").then(([code]) => ({ code, out, err }));
  return { child, ended };
}

describe("the command redact", () => {
  it("passes on what it is given, redacted, line by line as it comes, and ends with 0", async () => {
    const { child, ended } = start();
    child.stdin.write("héllo password=hunter22\nno line break: very-own-01234");
    const [first] = await once(child.stdout, "data");
    assert.equal(first, "héllo password=[redacted]\n");
    child.stdin.end("56789 …");
    const { code, out, err } = await ended;
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(out, "héllo password=[redacted]\nno line break: [redacted] …");
  });

  it("ends with 0 when nobody reads on", async () => {
    const { child, ended } = start();
    child.stdin.on("error", () => undefined);
    child.stdout.once("data", () => child.stdout.destroy());
    const pour = setInterval(() => child.stdin.write("a line\n".repeat(10_000)), 10);
    const { code, err } = await ended;
    clearInterval(pour);
    assert.deepEqual([code, err], [0, ""]);
  });
});
