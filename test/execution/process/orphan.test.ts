import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { endOrphan } from "#execution/process/orphan.ts";
import { childProcessOf, type Stop, stopTerraform } from "#execution/process/process-group.ts";
import { findErroredState } from "#execution/workspace/errored-state.ts";
import { isAlive, script } from "./processes.ts";

const STAY = "setInterval(() => {}, 1000)";
const DEAF = `process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); ${STAY}`;
const SOON: Stop = { to: "group", signal: "SIGTERM", graceMs: 20_000 };
/** For what does not listen: the grace is waited for. */
const BRIEF: Stop = { ...SOON, graceMs: 300 };

describe("a command whose instance is gone", { skip: process.platform !== "linux" }, () => {
  let home: string;
  const started: ChildProcess[] = [];
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-orphan-"));
  });
  after(async () => {
    for (const { pid } of started) if (pid !== undefined && isAlive(pid)) process.kill(-pid, "SIGKILL");
    await rm(home, { recursive: true });
  });

  /** Starts a group of its own and waits until it says that it stands; returns the leader's pid. */
  const start = async (code: string, env: { HOME: string }): Promise<{ pid: number }> => {
    const child = spawn(process.execPath, ["-e", `${code}; console.log('up')`], { env, detached: true });
    started.push(child);
    let printed = "";
    child.stdout.on("data", (bytes) => (printed += String(bytes)));
    while (!printed.includes("up\n")) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.ok(child.pid !== undefined);
    return { pid: child.pid };
  };
  const under = (name: string) => ({ HOME: join(home, name, "production") });

  it("is asked to stop, and is gone", async () => {
    const { pid } = await start(STAY, under("a"));
    assert.deepEqual(await endOrphan(await childProcessOf(pid), join(home, "a"), SOON), {
      kind: "ended",
      killed: false,
    });
    assert.equal(isAlive(pid), false);
    assert.deepEqual(await endOrphan({ ...(await childProcessOf(pid)), pgid: pid }, join(home, "a"), SOON), {
      kind: "gone",
    });
  });

  it("is killed with its group when it does not listen", async () => {
    const { pid } = await start(DEAF, under("b"));
    const end = await endOrphan(await childProcessOf(pid), join(home, "b"), BRIEF);
    assert.deepEqual(end, { kind: "ended", killed: true });
    assert.equal(isAlive(pid), false);
  });

  it("is found by the home of its change when the crash came before its process was recorded", async () => {
    // Its leader is gone too: what is left is a child that nothing recorded names.
    const { pid } = await start(`${script.spawn(STAY)}; setTimeout(() => process.exit(), 300)`, under("c"));
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    const { host, bootId } = await childProcessOf(process.pid);
    const lost = { host, bootId };
    assert.deepEqual(await endOrphan(lost, join(home, "c"), SOON), { kind: "ended", killed: false });
    assert.deepEqual(await endOrphan(lost, join(home, "c"), SOON), { kind: "gone" });
  });

  it("asks terraform alone first, because its children must live for it to store its state", async () => {
    const code = `process.on('SIGINT', () => { console.log('stored'); process.exit() }); ${STAY}`;
    const { pid } = await start(code, under("d"));
    const end = await endOrphan(await childProcessOf(pid), join(home, "d"), stopTerraform(5));
    assert.deepEqual(end, { kind: "ended", killed: false });
  });

  it("touches nothing that is not certainly ours: another start, home, machine or boot", async () => {
    const { pid } = await start(STAY, under("e"));
    const child = await childProcessOf(pid);
    const elsewhere = join(home, "somebody-else");
    assert.deepEqual(await endOrphan({ ...child, pidStart: "1" }, elsewhere, SOON), { kind: "gone" });
    // A home whose name only begins like ours.
    assert.deepEqual(await endOrphan({ ...child, pgid: 0 }, join(home, "e", "prod"), SOON), {
      kind: "gone",
    });
    assert.deepEqual(await endOrphan({ ...child, host: "other" }, join(home, "e"), SOON), {
      kind: "elsewhere",
      host: "other",
    });
    const otherBoot = await endOrphan({ ...child, bootId: "x" }, join(home, "e"), SOON);
    assert.equal(otherBoot.kind, "elsewhere");
    const nowhere = await endOrphan({ ...child, bootId: "" }, join(home, "e"), SOON);
    assert.equal(nowhere.kind, "elsewhere");
    assert.equal(isAlive(pid), true);
  });

  it("has the state kept that it could not store, whatever the clocks of machine and database say", async () => {
    const file = join(home, "errored.tfstate");
    await writeFile(file, "state");
    const before = new Date(Date.now() - 86_400_000);
    await utimes(file, before, before);
    const kept: string[] = [];
    const keep = async (bytes: Buffer): Promise<void> => void kept.push(bytes.toString());
    assert.match((await (await findErroredState(home, "")).handOver(keep)) ?? "", /kept, encrypted/);
    assert.deepEqual(kept, ["state"]);
    assert.equal(await (await findErroredState(home, "")).handOver(keep), null);
  });
});
