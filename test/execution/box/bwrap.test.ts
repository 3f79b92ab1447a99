import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type Box, noBox, type View } from "#execution/box/box.ts";
import { createBwrap } from "#execution/box/bwrap.ts";
import { findSystemPlaces } from "#execution/box/places.ts";
import { probeBox } from "#execution/box/probe.ts";
import { capture } from "#execution/process/capture.ts";
import { outcomeOf } from "#execution/process/outcome.ts";
import { STOP_GROUP, type Stop, stopTerraform } from "#execution/process/process-group.ts";
import { runCommand } from "#execution/process/run-command.ts";
import { type ChangeDir, makeChangeDir } from "#execution/workspace/scratch.ts";
import { isAlive } from "#test/execution/process/processes.ts";
import { reasonWithoutBox } from "#test/support/box.ts";

const PATH = "/usr/local/bin:/usr/bin:/bin";
const BWRAP = "/usr/bin/bwrap";
const PROGRAM = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");
const never = new AbortController().signal;

describe("a command in the box of bubblewrap", { skip: reasonWithoutBox() }, () => {
  let home: string;
  let dataDir: string;
  let workspace: string;
  let changeId: string;
  let dir: ChangeDir;
  let box: Box;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-bwrap-"));
    dataDir = join(home, "data");
    workspace = join(home, "workspace");
    await mkdir(workspace);
    changeId = randomUUID();
    dir = await makeChangeDir(dataDir, changeId);
    box = await boxWith([]);
  });
  after(() => rm(home, { recursive: true, force: true }));

  const boxWith = async (required: string[]): Promise<Box> =>
    createBwrap({
      bwrap: BWRAP,
      dataDir,
      hidden: [PROGRAM, workspace, dataDir, home],
      required,
      system: await findSystemPlaces(),
    });
  const callOf = (argv: string[], seen: Partial<View> = {}, path = PATH) => ({
    argv,
    cwd: dir.workspace,
    env: { PATH: path, HOME: dir.home },
    view: {
      changeId,
      readWrite: [dir.workspace, dir.home, dir.terraform],
      readOnly: [],
      stateFile: null,
      ...seen,
    },
  });
  const sh = (script: string, seen: Partial<View> = {}) =>
    capture(box, { ...callOf(["sh", "-c", script], seen), deadlineMs: 20_000, signal: never });
  const run = async (
    argv: string[],
    more: {
      stop?: Stop;
      signal?: AbortSignal;
      deadlineMs?: number;
      path?: string;
      onLine?: (text: string) => void;
    } = {},
  ) => {
    const lines: string[] = [];
    const end = await runCommand({
      boxed: await box.wrap(callOf(argv, {}, more.path)),
      deadlineMs: more.deadlineMs ?? 20_000,
      stop: more.stop ?? STOP_GROUP,
      signal: more.signal ?? never,
      onStarted: async () => undefined,
      onLine: (_, { text }) => {
        lines.push(text);
        more.onLine?.(text);
      },
    });
    return { end, lines };
  };

  it("is refused all that the start tries, and without a box the same program gets through", async () => {
    assert.equal(await probeBox(box, { dataDir, files: [join(PROGRAM, "package.json")] }), null);
    const without = (await probeBox(noBox, { dataDir, files: [join(PROGRAM, "package.json")] })) ?? "";
    for (const what of [
      /environment of Greenlight/,
      /reads .*credentials/,
      /writes .*written-/,
      /ends Greenlight/,
    ]) {
      assert.match(without, what);
    }
  });

  it("reads neither the environment of Greenlight nor files of others", async () => {
    const secret = randomUUID();
    const other = await makeChangeDir(dataDir, randomUUID());
    const files = [
      join(other.home, "secret"),
      join(workspace, ".env"),
      join(home, "secret"),
      join(dataDir, "key"),
    ];
    for (const file of files) await writeFile(file, secret);
    const everything = `cat /proc/*/environ ${files.join(" ")} ${PROGRAM}/package.json /etc/shadow; ls -la ${home} ${dataDir} ${dataDir}/changes ${PROGRAM}; cat /proc/${process.pid}/environ`;
    const { stdout } = await sh(everything);
    assert.equal(stdout.includes(secret), false);
    assert.equal(stdout.includes("GREENLIGHT"), false);
    assert.equal(stdout.includes(other.home), false);
    assert.doesNotMatch(stdout, /root:|"name": "greenlight"|secret|\.env/);
    assert.doesNotMatch((await sh("cat /proc/1/cmdline")).stdout, /--ro-bind|--tmpfs/);
  });

  it("writes to its own directories, and a write to any other place fails loudly", async () => {
    const outside = [
      "/usr/x",
      "/etc/x",
      "/var/x",
      "/x",
      "/run/x",
      "/dev/x",
      join(home, "x"),
      join(dataDir, "x"),
      join(workspace, "x"),
    ];
    for (const place of outside) {
      const { exitCode, stderr } = await sh(`echo 1 > ${place}`);
      assert.notEqual(exitCode, 0, place);
      assert.match(stderr, /Read-only|Permission denied|nonexistent|No such/, place);
      assert.equal(existsSync(place), false);
    }
    const own = await sh(
      `echo 1 > ${dir.home}/a && echo 2 > ${dir.workspace}/b && echo 3 > ${dir.terraform}/c && echo 4 > /tmp/d`,
    );
    assert.deepEqual([own.exitCode, own.stderr], [0, ""]);
    assert.equal(await readFile(join(dir.terraform, "c"), "utf8"), "3\n");
    assert.equal(existsSync("/tmp/d"), false);
  });

  it("changes no setting of the kernel, mounts nothing and has no capability", async () => {
    const file = "/proc/sys/kernel/core_pattern";
    const before = await readFile(file, "utf8");
    for (const attack of [
      `cat ${file} > ${file}`,
      "mount -o remount,bind,rw /usr",
      "mount -t tmpfs none /tmp",
      "unshare -Ur true",
      "mknod /tmp/sda b 8 0",
    ]) {
      assert.notEqual((await sh(attack)).exitCode, 0, attack);
    }
    assert.equal(await readFile(file, "utf8"), before);
    assert.match((await sh("cat /proc/self/status")).stdout, /CapEff:\s+0+\n/);
  });

  it("cannot fill the machine's memory with files", async () => {
    const filled = await sh(
      "head -c 300000000 /dev/zero > /tmp/a; head -c 80000000 /dev/zero > /dev/shm/a; wc -c < /tmp/a; wc -c < /dev/shm/a",
    );
    const [tmp = 0, shm = 0] = filled.stdout.split("\n").map(Number);
    assert.match(filled.stderr, /No space left/);
    assert.ok(tmp > 0 && tmp <= 268_435_456, `${tmp}`);
    assert.ok(shm > 0 && shm <= 67_108_864, `${shm}`);
  });

  it("sees a file that is named, and nothing beside it; what lies in hidden places only where it is named", async () => {
    await mkdir(join(home, "credentials"), { recursive: true });
    await writeFile(join(home, "credentials", "given"), "given");
    await writeFile(join(home, "credentials", "kept"), "kept");
    await symlink(join(home, "credentials", "given"), join(home, "credentials", "link"));
    const readOnly = [join(home, "credentials", "given"), join(home, "credentials", "link")];
    const { stdout } = await sh(
      `cat ${readOnly.join(" ")}; ls ${home}/credentials; echo no > ${readOnly[0]}`,
      { readOnly },
    );
    assert.equal(stdout, "givengivengiven\nlink\n");
    assert.equal(await readFile(join(home, "credentials", "given"), "utf8"), "given");
    const missing = await boxWith([join(home, "nowhere", "at-all")]);
    await assert.rejects(missing.wrap(callOf(["true"])), /box\.read_only.*not there/);
  });

  it("that was not started is failed, and never differences of kubectl diff", async () => {
    const bin = join(home, "bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "kubectl"), "#!/bin/sh\nexit 1\n");
    await chmod(join(bin, "kubectl"), 0o755);
    const argv = ["kubectl", "diff", "-f", "x.yaml"];
    const seen = {
      command: { tool: "kubectl", args: argv.slice(1), dir: "" },
      onlyReads: true,
      attempt: 1,
      isStopped: false,
    } as const;
    // It lies where the box shows nothing, so bwrap ends with 1 as kubectl does where it finds differences.
    const { end } = await run(argv, { path: bin });
    assert.deepEqual([end.outcome, end.exitCode], ["failed", null]);
    assert.match(end.error ?? "", /kubectl is not to be seen in the box/);
    assert.equal(outcomeOf(end, seen).outcome, "failed");
    const looked = await capture(box, { ...callOf(argv, {}, bin), deadlineMs: 20_000, signal: never });
    assert.deepEqual([looked.exitCode, /not to be seen/.test(looked.problem ?? "")], [null, true]);
    const shown = await capture(box, {
      ...callOf(argv, { readOnly: [bin] }, `${bin}:${PATH}`),
      deadlineMs: 20_000,
      signal: never,
    });
    assert.equal(shown.exitCode, 1);
  });

  it("ends with its own exit code, and one that a signal ended says which", async () => {
    assert.deepEqual(await run(["sh", "-c", "exit 7"]).then(({ end }) => [end.outcome, end.exitCode]), [
      "failed",
      7,
    ]);
    const { end } = await run(["sh", "-c", "kill -SEGV $$"]);
    assert.deepEqual([end.outcome, end.signal], ["failed", "SIGSEGV"]);
    assert.match(end.error ?? "", /was ended by SIGSEGV/);
  });

  it("gets INT itself when it is asked to stop, and has its time; its children go on meanwhile", async () => {
    const asked = new AbortController();
    const script = `trap 'echo asked; kill -0 $child && echo lives; sleep 1.5; echo stored; exit 3' INT; sleep 300 & child=$!; echo up; while :; do wait $child; done`;
    const { end, lines } = await run(["sh", "-c", script], {
      stop: stopTerraform(15),
      signal: asked.signal,
      onLine: (text) => text === "up" && asked.abort(),
    });
    assert.deepEqual(lines, ["up", "asked", "lives", "stored"]);
    assert.deepEqual([end.outcome, end.exitCode], ["unknown", 3]);
    assert.match(end.error ?? "", /stopped by itself/);
  });

  it("gets TERM with all that it started, and is killed with it when it does not listen", async () => {
    const script = `trap 'echo told' TERM; sh -c "trap 'echo child told' TERM; echo up; while :; do sleep 0.1; done" & while :; do sleep 0.1; done`;
    const asked = new AbortController();
    const { end, lines } = await run(["sh", "-c", script], {
      stop: { ...STOP_GROUP, graceMs: 1_000 },
      signal: asked.signal,
      onLine: (text) => text === "up" && asked.abort(),
    });
    assert.equal(end.outcome, "unknown");
    // The shell may say of a sleep that it was ended.
    const told = lines.filter((line) => line.endsWith("told"));
    assert.deepEqual(told.toSorted(), ["child told", "told"]);
  });

  it("leaves no daemon behind, and its end is not waited for because of one", async () => {
    const mark = `7${process.pid}`;
    const script = `setsid sh -c 'sleep ${mark}' & (setsid sleep ${mark} &) ; echo done`;
    await run(["true"]);
    const began = performance.now();
    const { end, lines } = await run(["sh", "-c", script]);
    const took = performance.now() - began;
    assert.deepEqual([end.outcome, lines], ["done", ["done"]]);
    assert.ok(took < 500, `it took ${took} ms`);
    const left = await capture(noBox, {
      ...callOf(["pgrep", "-f", `sleep ${mark}`]),
      cwd: "/",
      deadlineMs: 20_000,
      signal: never,
    });
    for (const pid of left.stdout.split("\n").filter(Boolean).map(Number)) {
      for (let tries = 0; tries < 40 && isAlive(pid); tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 5));
      assert.equal(isAlive(pid), false);
    }
  });
});
