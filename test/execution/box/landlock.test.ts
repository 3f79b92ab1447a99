import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type Box, noBox } from "#execution/box/box.ts";
import { createLandlockBox } from "#execution/box/landlock.ts";
import { findSystemPlaces } from "#execution/box/places.ts";
import { type Captured, capture } from "#execution/process/capture.ts";

const LAUNCHER = fileURLToPath(new URL("../../../src/execution/box/launcher.pl", import.meta.url));
const CHANGE = "11111111-1111-4111-8111-111111111111";
const missing = whyMissing();

describe("a command under Landlock", { skip: missing }, () => {
  let dir: string;
  let own: string;
  let port: number;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end("hello");
  });
  before(async () => {
    dir = await realpath(await mkdtemp(join(tmpdir(), "greenlight-landlock-")));
    own = join(dir, "changes", CHANGE);
    for (const path of [join(own, "terraform"), join(dir, "changes", "other"), join(dir, "hidden")])
      await mkdir(path, { recursive: true });
    await writeFile(join(dir, "changes", "other", "secret"), "of another change");
    await writeFile(join(dir, "hidden", "secret"), "of the bot");
    await chmod(dir, 0o755);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  after(async () => {
    server.close();
    await rm(dir, { recursive: true, force: true });
  });

  const boxWith = async (ports: number[] = []): Promise<Box> =>
    createLandlockBox({
      dataDir: dir,
      hidden: [join(dir, "hidden")],
      system: await findSystemPlaces(),
      readOnly: [],
      ports,
    });
  const run = async (
    script: string,
    given: { ports?: number[]; env?: Record<string, string>; box?: Box } = {},
  ): Promise<Captured> => {
    const box = given.box ?? (await boxWith(given.ports));
    const view = { changeId: CHANGE, readWrite: [own], readOnly: [], stateFile: null };
    return capture(box, {
      argv: ["sh", "-c", script],
      cwd: own,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: own, ...given.env },
      view,
      deadlineMs: 10_000,
      signal: new AbortController().signal,
    });
  };

  it("works in its own directory", async () => {
    const { stdout, exitCode } = await run(
      "mkdir d && echo one > d/f && mv d/f g && ln -s g h && cat h && rm -r d && echo two >/dev/null && pwd",
    );
    assert.deepEqual([stdout, exitCode], [`one\n${own}\n`, 0]);
  });

  it("keeps its exit code and its signal, and inherits none of the launcher's descriptors", async () => {
    assert.equal((await run("exit 125")).exitCode, 125);
    assert.match((await run("kill -TERM $$")).problem ?? "", /SIGTERM/);
    const { stdout } = await run(
      'for n in 3 4 5 6 7 8; do [ -e /proc/self/fd/$n ] && readlink /proc/self/fd/$n; done; echo "x" >&4 && echo open; true',
    );
    assert.equal(stdout, "");
  });

  it("says that nothing was started where the program is not there", async () => {
    const box = await boxWith();
    const view = { changeId: CHANGE, readWrite: [own], readOnly: [], stateFile: null };
    const call = { argv: ["nonesuch"], cwd: own, env: { PATH: "/usr/bin" }, view };
    const found = await capture(box, { ...call, deadlineMs: 10_000, signal: new AbortController().signal });
    assert.equal(found.exitCode, null);
    assert.notEqual(found.problem, null);
  });

  const attacks: [string, () => string][] = [
    ["the environment of its parent", () => `cat /proc/${process.pid}/environ`],
    ["the memory of its parent", () => `dd if=/proc/${process.pid}/mem bs=1 count=1 skip=65536`],
    ["the processes of this machine", () => "ls /proc"],
    ["the password file", () => "cat /etc/shadow"],
    ["a hidden directory", () => `ls ${dir}/hidden`],
    ["a hidden file by a link", () => `ln -sf ${dir}/hidden/secret l && cat l`],
    ["a hidden file by a hard link", () => `ln ${dir}/hidden/secret hard && cat hard`],
    ["another change", () => `cat ${dir}/changes/other/secret`],
    ["what it writes beside its own", () => `echo x > ${dir}/changes/x`],
    ["what it writes over a program", () => "echo x > /usr/local/bin/greenlight-test"],
    ["private keys", () => "ls /etc/ssl/private"],
    ["a signal to its parent", () => `kill -0 ${process.pid}`],
    ["a mount", () => `mount -t tmpfs none ${own}`],
    ["a new user namespace that mounts", () => `unshare -Urm sh -c 'mount -t tmpfs none ${own}'`],
    ["how the kernel dumps", () => "echo x > /proc/sys/kernel/core_pattern"],
    ["a device node", () => "mknod disk b 254 0 && cat disk"],
    [
      "a server on loopback",
      () => `perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new(PeerAddr=>q(127.0.0.1:${port}))?0:1)'`,
    ],
    [
      "the address of the machine's metadata",
      () =>
        "perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new(PeerAddr=>q(169.254.169.254:80),Timeout=>1)?0:1)'",
    ],
    [
      "listening",
      () =>
        "perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new(Listen=>1,LocalAddr=>q(127.0.0.1:0))?0:1)'",
    ],
    ["capabilities", () => "perl -e 'exit(chroot(q(.))?0:1)'"],
  ];
  for (const [what, script] of attacks) {
    it(`is refused ${what}`, async () => {
      const { exitCode, stdout } = await run(`(${script()}) 2>/dev/null`);
      assert.deepEqual([stdout, exitCode === 0], ["", false]);
    });
  }

  it("is what refuses them: without it the harmless ones among them succeed", async () => {
    const harmless = attacks.filter(([what]) =>
      /environment|processes|hidden|another change|signal|loopback|listening/.test(what),
    );
    assert.equal(harmless.length, 9);
    for (const [what, script] of harmless)
      assert.equal((await run(`(${script()}) 2>/dev/null`, { box: noBox })).exitCode, 0, what);
  });

  it("does the same for an ordinary user", { skip: process.getuid?.() !== 0 }, () => {
    const as = ["--reuid=65533", "--regid=65533", "--clear-groups", "env", "HOME=/nonexistent"];
    const args = [...as, process.execPath, "--test", "--test-force-exit", import.meta.filename];
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { status, stdout } = spawnSync("/usr/bin/setpriv", args, { encoding: "utf8", env });
    assert.equal(status, 0, stdout);
  });

  it("connects to the port of a cluster that its kubeconfig names, and to those that are given", async () => {
    const connect = `perl -MIO::Socket::INET -e 'my $s=IO::Socket::INET->new(q(127.0.0.1:${port})) or die; print <$s>'`;
    assert.equal((await run(connect, { ports: [port] })).stdout, "hello");
    await writeFile(join(own, "config"), `clusters:\n- cluster:\n    server: https://127.0.0.1:${port}\n`);
    assert.equal((await run(connect, { env: { KUBECONFIG: join(own, "config") } })).stdout, "hello");
    assert.equal((await run(connect, { env: { HTTPS_PROXY: `http://127.0.0.1:${port}` } })).stdout, "hello");
  });

  it("refuses a root whose state is a file of the workspace", async () => {
    const box = await boxWith();
    const view = {
      changeId: CHANGE,
      readWrite: [own],
      readOnly: [],
      stateFile: join(dir, "terraform.tfstate"),
    };
    await assert.rejects(box.wrap({ argv: ["true"], cwd: own, env: {}, view }), /backend/);
  });

  it("runs terraform", async () => {
    await writeFile(join(own, "main.tf"), 'resource "terraform_data" "a" {\n  input = "x"\n}\n');
    const { stdout, exitCode } = await run(
      "terraform init -no-color >/dev/null && terraform apply -auto-approve -no-color",
      { env: { TMPDIR: own, CHECKPOINT_DISABLE: "1", TF_CLI_CONFIG_FILE: "/dev/null" } },
    );
    assert.equal(exitCode, 0, stdout);
    assert.match(await readFile(join(own, "terraform.tfstate"), "utf8"), /terraform_data/);
  });
});

function whyMissing(): string | false {
  const required = process.env["GREENLIGHT_TEST_BOX"] === "required";
  let abi = "0";
  try {
    abi = execFileSync("/usr/bin/perl", [LAUNCHER, "--abi"], { encoding: "utf8" }).trim();
  } catch {
    // No perl, or another system.
  }
  if (required || Number(abi) >= 6) return false;
  return `the kernel's Landlock is version ${abi}, and 6 is needed`;
}
