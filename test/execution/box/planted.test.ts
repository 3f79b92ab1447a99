import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Step } from "#change/plan.ts";
import type { Box } from "#execution/box/box.ts";
import { openBox } from "#execution/box/open-box.ts";
import { SEES_NOTHING } from "#execution/box/view.ts";
import { createGivenTo } from "#execution/child-environment.ts";
import { previewTerraform } from "#execution/previews/terraform.ts";
import { capture } from "#execution/process/capture.ts";
import {
  findErroredState,
  holdsErroredState,
  watchErroredState,
} from "#execution/workspace/errored-state.ts";
import {
  type ChangeDir,
  makeChangeDir,
  removeChangeDir,
  sweepChangeDirs,
} from "#execution/workspace/scratch.ts";
import { prepareRoot } from "#execution/workspace/terraform-root.ts";
import { builtInPolicy } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { createRedact } from "#redact/redact.ts";
import { reasonWithoutBox } from "#test/support/box.ts";

const PATIENCE_MS = 5_000;
const never = new AbortController().signal;

const LAUNCHER = new URL("../../../src/execution/box/launcher.pl", import.meta.url).pathname;
const { stdout: abi } = spawnSync("/usr/bin/perl", [LAUNCHER, "--abi"], { encoding: "utf8" });
const missing = Number(abi) >= 6 ? false : "the kernel has no Landlock of version 6";

/** What it comes to, or `hangs`: a pipe that is opened for reading holds one of four threads for good. */
function orHangs<Value>(work: Promise<Value>): Promise<Value | "hangs"> {
  return Promise.race([work, pause(PATIENCE_MS, "hangs" as const, { ref: false })]);
}

describe("what a command plants in its own directories leads Greenlight nowhere", () => {
  let folder: string;
  let dataDir: string;
  let changeId: string;
  let dir: ChangeDir;
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "greenlight-planted-")));
    dataDir = join(folder, "data");
    changeId = randomUUID();
    dir = await makeChangeDir(dataDir, changeId);
    await writeFile(join(folder, "secret"), "hush");
  });
  after(() => execFileSync("rm", ["-rf", folder]));

  const givenTo = () =>
    createGivenTo({
      dataDir,
      policy: builtInPolicy,
      inherited: { PATH: "/usr/bin:/bin", HOME: join(folder, "home") },
      kubeconfig: null,
      sees: SEES_NOTHING,
    });

  it("a kubeconfig of its own making shows the next command no file of this machine", async () => {
    const give = givenTo();
    const first = await give(changeId, null, "terraform");
    for (const file of [first.env["KUBECONFIG"] ?? "", join(first.env["HOME"] ?? "", ".kube", "none")]) {
      if (!file.startsWith(dir.root)) continue;
      await mkdir(dirname(file), { recursive: true });
      const entry = {
        name: "x",
        cluster: { "certificate-authority": join(folder, "secret"), server: "https://x" },
      };
      await writeFile(file, JSON.stringify({ clusters: [entry] }));
    }
    const { view } = await give(changeId, null, "terraform");
    assert.equal(view.readOnly.includes(join(folder, "secret")), false);
    await rm(join(first.env["HOME"] ?? "", ".kube"), { recursive: true, force: true });
  });

  it("a pipe in a kubeconfig's place does not hold Greenlight", async () => {
    const give = givenTo();
    const { env } = await give(changeId, null, "terraform");
    await rm(join(env["HOME"] ?? "", ".kube"), { recursive: true, force: true });
    await mkdir(join(env["HOME"] ?? "", ".kube"));
    const pipe = join(env["HOME"] ?? "", ".kube", "none");
    execFileSync("mkfifo", [pipe]);
    const again = await orHangs(give(changeId, null, "terraform"));
    // Whoever hangs there is let go.
    if (again === "hangs") await writeFile(pipe, "");
    assert.notEqual(again, "hangs");
  });

  it("a kubeconfig that names a directory, or Greenlight's own secrets, shows none of them", async () => {
    const kubeconfig = join(folder, "kubeconfig");
    const certificate = join(folder, "ca.pem");
    const link = join(folder, "link.pem");
    for (const path of [certificate, join(folder, ".env"), join(dataDir, "encryption.key")])
      await writeFile(path, "x");
    await symlink(join(folder, ".env"), link);
    const named = [
      "/",
      "/root",
      folder,
      ".",
      dataDir,
      join(dataDir, "encryption.key"),
      join(folder, ".env"),
      link,
    ];
    const users = [...named, certificate, join(dir.root, "names")].map((path) => ({
      name: path,
      user: { "client-certificate": path, tokenFile: path },
    }));
    await writeFile(kubeconfig, JSON.stringify({ users }));
    const give = createGivenTo({
      dataDir,
      policy: builtInPolicy,
      inherited: { PATH: "/nowhere", HOME: join(folder, "home") },
      kubeconfig,
      sees: SEES_NOTHING,
    });
    assert.deepEqual((await give(changeId, null, "terraform")).view.readOnly, [kubeconfig, certificate]);
  });

  it("a home is neither shown to commands of another environment nor shared by two programs", async () => {
    const home = join(folder, "home");
    await mkdir(home, { recursive: true });
    await writeFile(join(home, "token"), "production's");
    const parsed = parsePolicy(
      "version: 1\nenvironments:\n  production:\n    home_paths: [token]\n  staging:\n    contexts: [s]\n",
    );
    assert.ok(parsed.ok);
    const give = createGivenTo({
      ...{ dataDir, policy: parsed.policy, inherited: { PATH: "/usr/bin:/bin", HOME: home } },
      ...{ kubeconfig: null, sees: SEES_NOTHING },
    });
    const all = await Promise.all([
      give(changeId, "production", "terraform"),
      give(changeId, "production", "kubectl"),
      give(changeId, "staging", "terraform"),
      give(changeId, null, "git"),
    ]);
    const homes = all.map(({ env }) => env["HOME"] ?? "");
    assert.equal(new Set(homes).size, 4);
    for (const [index, { view }] of all.entries()) {
      const seen = homes.filter((one) =>
        [...view.readWrite, ...view.readOnly].some((at) => `${one}/`.startsWith(`${at}/`)),
      );
      assert.deepEqual(seen, [homes[index]]);
    }
  });

  it("an override of its own is taken away where the root names its backend itself", async () => {
    const planted = join(dir.workspace, "live", "greenlight_override.tf");
    await mkdir(dirname(planted), { recursive: true });
    await writeFile(planted, 'provider "x" { endpoint = "https://elsewhere.example" }');
    const files = new Map([["live/main.tf", 'terraform {\n  backend "s3" {\n    bucket = "b"\n  }\n}\n']]);
    const copy = { changeId, dir, files, bound: [] };
    const terraform = async () => ({ exitCode: 0, stdout: "", stderr: "", problem: null });
    const ground = { workspace: folder, dataDir };
    assert.equal(
      await prepareRoot(ground, { copy, root: "live", hosts: [], redact: createRedact([]) }, terraform),
      null,
    );
    assert.equal(existsSync(planted), false);
  });

  it("a directory that became a link gives no other change's state, and takes none away", async () => {
    const other = await makeChangeDir(dataDir, randomUUID());
    await mkdir(join(other.workspace, "root"));
    const theirs = join(other.workspace, "root", "errored.tfstate");
    const kept: string[] = [];
    const keep = async (bytes: Buffer): Promise<void> => void kept.push(bytes.toString());
    const root = join(dir.workspace, "root");
    await mkdir(root);
    const watched = await watchErroredState(dir.workspace, "root");
    await rm(root, { recursive: true });
    await symlink(join(other.workspace, "root"), root);
    await writeFile(theirs, "the only record");
    await watched.handOver(keep);
    await (await findErroredState(dir.workspace, "root")).handOver(keep);
    assert.deepEqual(kept, []);
    assert.equal(await readFile(theirs, "utf8"), "the only record");
    await rm(root);
  });

  it("links in a circle, and out of it, are not walked along", async () => {
    const circle = join(folder, "circle");
    await mkdir(circle);
    for (const name of ["a", "b", "c"]) await symlink(".", join(circle, name));
    assert.equal(await orHangs(holdsErroredState(circle)), false);
    const other = join(folder, "other");
    await mkdir(other);
    await writeFile(join(other, "errored.tfstate"), "");
    await symlink(other, join(circle, "out"));
    assert.equal(await holdsErroredState(circle), false);
  });

  it("a saved plan that is exchanged while it is shown is not put to approval", async () => {
    const file = join(dir.workspace, "greenlight-step-1.tfplan");
    const shown = JSON.stringify({ format_version: "1.2" });
    const exchangedAt = async (verb: string) => {
      const answers: Record<string, string> = { show: shown, workspace: "default" };
      const terraform = async ([first = ""]: readonly string[]) => {
        const written = { plan: "harmless", [verb]: "destroys all" }[first];
        if (written !== undefined) await writeFile(file, written);
        return { exitCode: 0, stdout: answers[first] ?? "", stderr: "", problem: null };
      };
      const step: Step = {
        ...{ step: 1, tool: "terraform", args: ["apply"], dir: "" },
        ...{ description: "", risk: "low", rollback: null },
      };
      const copy = { workspace: dir.workspace, dir: dir.workspace, terraform };
      return previewTerraform(step, false, copy, (text) => text);
    };
    const plain = await exchangedAt("");
    assert.equal(plain.ok && plain.plan.bytes.toString(), "harmless");
    for (const verb of ["show", "workspace", "state"])
      assert.equal((await exchangedAt(verb)).ok, false, verb);
    await rm(file);
  });

  it("a tree deeper than a path may be, and one that is closed, are removed", async () => {
    const deep = await makeChangeDir(dataDir, randomUUID());
    const dig = `mkdir "shut"; mkdir "shut/in"; chmod 0, "shut"; for (1 .. 30) { my $d = "d" x 200; mkdir $d; chdir $d or die }`;
    execFileSync("/usr/bin/perl", ["-e", dig], { cwd: deep.home });
    const ended = await sweepChangeDirs(dataDir, async (id) => deep.root.endsWith(id));
    assert.deepEqual([ended.removed.length, existsSync(deep.root)], [1, false]);
    assert.equal(await removeChangeDir(dataDir, randomUUID()), true);
  });
});

describe("Greenlight's own places behind a link", { skip: reasonWithoutBox() }, () => {
  let folder: string;
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "greenlight-linked-")));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("are hidden where they really are, also when the link leads elsewhere by now", async () => {
    const shown = join(folder, "shown");
    for (const name of ["data", "workspace", "next", "home"])
      await mkdir(join(shown, name), { recursive: true });
    for (const name of ["data", "workspace", "home"]) await symlink(join(shown, name), join(folder, name));
    const secrets = ["data/key", "workspace/.env", "next/.env", "home/.ssh"];
    for (const name of secrets) await writeFile(join(shown, name), "hush");
    await writeFile(join(shown, "open"), "may be read");
    const opened = await openBox({
      wanted: "bwrap",
      workspace: join(folder, "workspace"),
      dataDir: join(folder, "data"),
      readOnly: [shown],
      ports: [],
      isDatabaseBySocket: false,
      isReal: true,
      inherited: { PATH: "/usr/bin:/bin", HOME: `${join(folder, "home")}/` },
    });
    assert.ok(opened.ok, opened.ok ? "" : opened.reason);
    assert.equal(
      await readIn(opened.box, [...secrets.filter((one) => !one.startsWith("next")), "open"]),
      "may be read",
    );
    await rm(join(folder, "workspace"));
    await symlink(join(shown, "next"), join(folder, "workspace"));
    assert.equal(await readIn(opened.box, ["next/.env"]), "");
  });

  for (const wanted of ["bwrap", "landlock"] as const) {
    it(`are hidden where a shown directory holds the link and what it leads to (${wanted})`, {
      skip: wanted === "landlock" ? missing : false,
    }, async () => {
      const top = join(folder, `top-${wanted}`);
      await mkdir(join(top, "releases", "one"), { recursive: true });
      await symlink(join(top, "releases", "one"), join(top, "current"));
      await symlink(join(top, "releases", "one"), join(top, "alias"));
      await writeFile(join(top, "releases", "one", ".env"), "hush");
      await writeFile(join(top, "releases", "open"), "may be read");
      const dataDir = join(folder, `data-${wanted}`);
      const opened = await openBox({
        ...{ wanted, workspace: join(top, "current"), dataDir, readOnly: [top], ports: [] },
        ...{ isDatabaseBySocket: false, isReal: true, inherited: { PATH: "/usr/bin:/bin", HOME: "/none" } },
      });
      assert.ok(opened.ok, opened.ok ? "" : opened.reason);
      const files = ["current/.env", "alias/.env", "releases/one/.env", "releases/open"];
      assert.equal(
        await readIn(
          opened.box,
          files.map((file) => join(top, file)),
          dataDir,
        ),
        "may be read",
      );
    });
  }

  for (const wanted of ["bwrap", "landlock"] as const) {
    it(`are hidden in what a command is shown, under another name too (${wanted})`, {
      skip: wanted === "landlock" ? missing : false,
    }, async () => {
      const app = join(folder, `app-${wanted}`);
      await mkdir(join(app, "bin"), { recursive: true });
      await mkdir(join(app, "data"));
      await symlink(app, `${app}-link`);
      await writeFile(join(app, "data", "key"), "hush");
      await writeFile(join(app, "bin", "open"), "may be read ");
      const opened = await openBox({
        wanted,
        workspace: join(folder, "workspace"),
        dataDir: join(app, "data"),
        readOnly: [],
        ports: [],
        isDatabaseBySocket: false,
        isReal: true,
        inherited: { PATH: "/usr/bin:/bin", HOME: "/nonexistent" },
      });
      assert.ok(opened.ok, opened.ok ? "" : opened.reason);
      const files = [app, `${app}-link`].flatMap((at) => [`${at}/data/key`, `${at}/bin/open`]);
      assert.match(
        await readIn(opened.box, files, join(app, "data"), [app, `${app}-link`]),
        /^(may be read ){1,2}$/,
      );
    });
  }

  it("are a copy where a command only reads the state, which it can do no harm to", async () => {
    const dataDir = join(folder, "data");
    const workspace = join(folder, "stateful");
    const stateFile = join(workspace, "terraform.tfstate");
    await mkdir(join(`${stateFile}.d`, "blue"), { recursive: true });
    const files = [stateFile, `${stateFile}.backup`, join(`${stateFile}.d`, "blue", "terraform.tfstate")];
    for (const file of files) await writeFile(file, "state ");
    const opened = await openBox({
      ...{ wanted: "bwrap", workspace, dataDir, readOnly: [], ports: [], isDatabaseBySocket: false },
      ...{ isReal: true, inherited: { PATH: "/usr/bin:/bin", HOME: "/nonexistent" } },
    });
    assert.ok(opened.ok, opened.ok ? "" : opened.reason);
    const changeId = randomUUID();
    const dir = await makeChangeDir(dataDir, changeId);
    const look = async (onlyReadsState: boolean) =>
      capture(opened.box, {
        argv: [
          "sh",
          "-c",
          'for f; do test ! -e "$f" || cat "$f"; echo gone > "$f" || echo refused; done',
          "sh",
          ...files,
        ],
        cwd: dir.workspace,
        env: { PATH: "/usr/bin:/bin", HOME: dir.home },
        view: { changeId, readWrite: [dir.workspace], readOnly: [], stateFile, onlyReadsState },
        deadlineMs: 20_000,
        signal: never,
      });
    const texts = () => Promise.all(files.slice(0, 3).map((file) => readFile(file, "utf8")));
    // The lock's note is written beside it, and stays in the box.
    files.push(join(workspace, ".terraform.tfstate.lock.info"));
    for (const _ of [1, 2]) assert.equal((await look(true)).stdout, "state state state ");
    assert.deepEqual(await texts(), ["state ", "state ", "state "]);
    await look(false);
    assert.deepEqual(await texts(), ["gone\n", "gone\n", "gone\n"]);
  });

  async function readIn(
    box: Box,
    files: string[],
    dataDir = join(folder, "data"),
    readOnly: string[] = [],
  ): Promise<string> {
    const changeId = randomUUID();
    const dir = await makeChangeDir(dataDir, changeId);
    const { stdout, problem } = await capture(box, {
      argv: ["cat", ...files.map((file) => resolve(folder, "shown", file))],
      cwd: dir.workspace,
      env: { PATH: "/usr/bin:/bin", HOME: dir.home },
      view: { changeId, readWrite: [dir.workspace, dir.home], readOnly, stateFile: null },
      deadlineMs: 20_000,
      signal: never,
    });
    assert.equal(problem, null);
    return stdout;
  }
});

describe("a command that sees nothing of terraform's files", { skip: reasonWithoutBox() }, () => {
  for (const wanted of ["bwrap", "user", "landlock"] as const) {
    const isRoot = process.getuid?.() === 0;
    const skip = wanted === "landlock" ? missing : wanted === "user" && !isRoot && "Greenlight is not root";
    it(`has a directory for its temporary files (${wanted})`, { skip }, async () => {
      const folder = await realpath(await mkdtemp(join(tmpdir(), "greenlight-tmp-")));
      await chmod(folder, 0o755);
      const dataDir = join(folder, "data");
      const opened = await openBox({
        ...{ wanted, workspace: join(folder, "workspace"), dataDir, readOnly: [], ports: [] },
        ...{ isDatabaseBySocket: false, isReal: true, inherited: { PATH: "/usr/bin:/bin", HOME: "/none" } },
      });
      assert.ok(opened.ok, opened.ok ? "" : opened.reason);
      const changeId = randomUUID();
      const dir = await makeChangeDir(dataDir, changeId);
      const { exitCode, stderr } = await capture(opened.box, {
        argv: ["mktemp"],
        cwd: dir.kubectl,
        env: { PATH: "/usr/bin:/bin", HOME: dir.home },
        view: { changeId, readWrite: [dir.kubectl, dir.home], readOnly: [], stateFile: null },
        deadlineMs: 20_000,
        signal: never,
      });
      assert.equal(exitCode, 0, stderr);
      await rm(folder, { recursive: true });
    });
  }
});
