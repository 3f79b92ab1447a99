import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { approvedIn } from "#test/support/approved.ts";

const ENTRY = join(import.meta.dirname, "..", "..", "src", "entry.js");
const approved = approvedIn("starts");

describe("a start that cannot be", { timeout: 180_000, concurrency: 2 }, () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "greenlight-broken-"));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  /** Starts the program as `npm start` does, in a directory of its own, and says what it said. */
  async function start(env: Record<string, string>, files: Record<string, string> = {}): Promise<string> {
    const cwd = await mkdtemp(join(dir, "run-"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
    const child = spawn(process.execPath, [ENTRY], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"], HOME: cwd, PORT: "0", GREENLIGHT_BOX: "none", ...env },
    });
    let said = "";
    child.stderr.on("data", (bytes) => (said += String(bytes)));
    const [code] = await once(child, "exit");
    assert.equal(code, 1, said);
    return said.replaceAll(cwd, "DIR");
  }

  it("says which port is taken", async (t) => {
    const port = await takenPort(t);
    const said = await start({ PORT: String(port) });
    approved("port-taken", said.replaceAll(String(port), "3000"));
  });

  it("says that the data directory cannot be one", async () => {
    approved("data-is-a-file", await start({ GREENLIGHT_DATA: "data" }, { data: "" }));
  });

  it("says that the database does not answer, and repeats nothing of its address", async () => {
    const port = await freePort();
    const said = await start({
      DATABASE_URL: `postgres://greenlight:pw-0123456789@127.0.0.1:${port}/x`,
      GREENLIGHT_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    });
    approved("database-away", said);
  });

  it("lists what is wrong with the settings, misspelt names too", async () => {
    const env = {
      PORT: "many",
      GREENLIGHT_APPROVER: "U1",
      GREENLIGHT_SERVICE_HOST: "10.0.0.1",
      GREENLIGHT_LATER: "x",
    };
    approved("settings", await start(env));
  });

  it("names the lines of .env that say nothing", async () => {
    const text = 'PORT=0\nGREENLIGHT_APPROVERS U1\n# a comment\nA="two\nlines"\nexport B=1\n: nothing\n';
    approved("env-lines", await start({}, { ".env": text }));
  });

  it("lists every fault of the policy, in the order of its lines", async () => {
    const text = [
      "version: 1",
      "colour: green",
      "environments:",
      "  production: { namespaces: [shop], contexts: [east] }",
      "unattended: { medium: [staging] }",
      "limits: { steps: 900 }",
      "deny: [kubectl expliode]",
    ].join("\n");
    approved("policy", await start({ GREENLIGHT_POLICY: "policy.yml" }, { "policy.yml": text }));
  });
});

/** A port that another program has for as long as the test runs. */
async function takenPort(t: TestContext): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return portOf(server.address());
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server.address());
  server.close();
  await once(server, "close");
  return port;
}

function portOf(address: AddressInfo | string | null): number {
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}
