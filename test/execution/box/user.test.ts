import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmod, link, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Box } from "#execution/box/box.ts";
import { probeBox } from "#execution/box/probe.ts";
import { createUserBox } from "#execution/box/user.ts";
import { type Captured, capture } from "#execution/process/capture.ts";
import { killLeft } from "#execution/process/orphan.ts";
import { type ChangeDir, makeChangeDir, removeChangeDir } from "#execution/workspace/scratch.ts";

describe("a command as a user of its change's own", {
  skip: process.getuid?.() === 0 ? false : "Greenlight is not root",
}, () => {
  let dir: string;
  let dataDir: string;
  let box: Box;
  let changeId: string;
  let own: ChangeDir;
  before(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), "greenlight-user-")));
    await chmod(dir, 0o755);
    dataDir = join(dir, "data");
    box = createUserBox({ dataDir });
    changeId = randomUUID();
    own = await makeChangeDir(dataDir, changeId);
    await writeFile(join(dir, "secret"), "of the bot", { mode: 0o600 });
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const callOf = (script: string, of = { changeId, own }, stateFile: string | null = null) => ({
    argv: ["sh", "-c", script],
    cwd: of.own.workspace,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: of.own.home },
    view: {
      changeId: of.changeId,
      readWrite: [of.own.workspace, of.own.home, of.own.terraform],
      readOnly: [],
      stateFile,
    },
  });
  const run = (script: string, of = { changeId, own }): Promise<Captured> =>
    capture(box, { ...callOf(script, of), deadlineMs: 10_000, signal: new AbortController().signal });
  const another = async () => {
    const id = randomUUID();
    return { changeId: id, own: await makeChangeDir(dataDir, id) };
  };

  it("holds against the program that is tried at the start", async () => {
    assert.equal(await probeBox(box, { dataDir, files: [join(dir, "secret")] }), null);
  });

  it("works in its own directories, with what Greenlight put there before and after it began", async () => {
    await writeFile(join(own.workspace, "main.tf"), 'resource "terraform_data" "a" {\n  input = "x"\n}\n', {
      mode: 0o400,
    });
    const { stdout, exitCode, stderr } = await run(
      "terraform init -no-color >/dev/null && terraform apply -auto-approve -no-color && id -u",
    );
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /1 added[\s\S]*\n4\d{4}\n$/);
    await makeChangeDir(dataDir, changeId);
    await writeFile(join(own.workspace, "later.tf"), "", { mode: 0o400 });
    assert.equal((await run("cat later.tf && [ ! -w .. ] && ! ls .. 2>/dev/null")).exitCode, 0);
  });

  it("has no user, group, capability or descriptor but its own", async () => {
    const { stdout } = await run(
      "id -G; grep -E '^(Cap|NoNew)' /proc/self/status | tr -d '\\n\\t'; ls /proc/self/fd | wc -l",
    );
    assert.match(stdout, /^4\d{4}\nCapInh:0{16}CapPrm:0{16}CapEff:0{16}CapBnd:0{16}CapAmb:0{16}NoNewPrivs:1/);
    assert.equal((await run("(echo x >&4) 2>/dev/null")).exitCode === 0, false);
  });

  it("is another user than another change's, which reads, writes and ends nothing of it", async () => {
    const other = await another();
    await run("echo mine > file; echo mine > $HOME/file");
    const sleeping = run("echo $$ > pid; sleep 3");
    const pid = await soonRead(join(own.workspace, "pid"));
    const attack = `cat ${own.workspace}/file ${own.home}/file; ls ${own.workspace}; echo x > ${own.home}/new; cat /proc/${pid}/environ; kill ${pid} && echo ended; id -u`;
    const { stdout } = await run(`(${attack}) 2>/dev/null`, other);
    const uid = (await run("id -u")).stdout;
    assert.match(stdout, /^4\d{4}\n$/);
    assert.notEqual(stdout, uid);
    assert.equal((await sleeping).exitCode, 0);
  });

  it("gives no file to a change that is not its own: neither through a link nor by a second name", async () => {
    await symlink(join(dir, "secret"), join(own.workspace, "link"));
    await symlink(dir, join(own.workspace, "away"));
    await link(join(dir, "secret"), join(own.workspace, "second"));
    assert.equal((await run("cat link second away/secret 2>/dev/null")).stdout, "");
    assert.equal((await stat(join(dir, "secret"))).uid, 0);
    assert.equal((await stat(dir)).uid, 0);
    for (const name of ["link", "away", "second"]) await rm(join(own.workspace, name));
  });

  it("finds what is left running of a change by its user", async () => {
    const of = await another();
    const { argv, cwd, env, launcher } = await box.wrap(callOf("sleep 20", of));
    const child = spawn(argv[0] ?? "", argv.slice(1), {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    const given = child.stdio[3];
    assert.ok(given !== null && given !== undefined && "end" in given);
    given.end(launcher?.given);
    const left = await soon(
      async () => (await box.findLeft(of.changeId)).length > 0 && box.findLeft(of.changeId),
    );
    assert.equal(
      left.every(({ group }) => group === child.pid),
      true,
    );
    assert.deepEqual(await box.findLeft(changeId), []);
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await once(child, "exit");
  });

  it("leaves no process beside an approved step", async () => {
    await run("setsid sh -c 'while :; do sleep 1 & wait; done' >/dev/null 2>&1 </dev/null & sleep 0.3");
    const find = () => box.findLeft(changeId);
    assert.notDeepEqual(await find(), []);
    assert.equal(await killLeft(find), true);
    assert.deepEqual(await find(), []);
  });

  it("takes a user again once its change has no files any more, and not before", async () => {
    const [one, two] = [await another(), await another()];
    const uidOf = async (of: typeof one) => (await run("id -u", of)).stdout;
    const [first, second] = await Promise.all([uidOf(one), uidOf(two)]);
    assert.notEqual(first, second);
    await removeChangeDir(dataDir, one.changeId);
    assert.equal(await uidOf(await another()), first);
    await makeChangeDir(dataDir, one.changeId);
    assert.notEqual(await uidOf(one), first);
  });

  it("refuses a root whose state is a file of the workspace", async () => {
    await assert.rejects(
      box.wrap(callOf("true", { changeId, own }, join(dir, "terraform.tfstate"))),
      /backend/,
    );
  });
});

async function soonRead(path: string): Promise<string> {
  return soon(async () => (await readFile(path, "utf8").catch(() => "")).trim());
}

async function soon<Found>(look: () => Promise<Found | false | "">): Promise<Found> {
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("It did not come in time.");
}
