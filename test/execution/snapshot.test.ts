import assert from "node:assert/strict";
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { readWorkspace, type Snapshot } from "../../src/execution/snapshot.ts";
import { layOut, verifyLaidOut } from "../../src/execution/snapshot-layout.ts";
import { locate, readPlace } from "../../src/execution/snapshot-read.ts";
import type { Read } from "../../src/policy/verdict.ts";

const ALL: Read[] = [{ path: "", kind: "tree" }];

describe("a snapshot of the workspace", () => {
  const folders: string[] = [];
  let workspace: string;
  let outside: string;
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), "greenlight-snapshot-"));
    folders.push(folder);
    workspace = join(folder, "workspace");
    outside = join(folder, "outside");
    await put({
      "k8s/api.yaml": "kind: Deployment\n",
      "network/main.tf": "# a\n",
      "network/modules/a/a.tf": "# b\n",
    });
    await mkdir(outside);
    await writeFile(join(outside, "secret"), "not yours");
  });
  after(async () => {
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  async function put(files: { [path: string]: string }): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(workspace, path)), { recursive: true });
      await writeFile(join(workspace, path), text);
    }
  }

  async function take(reads: readonly Read[] = ALL): Promise<Snapshot> {
    const read = await readWorkspace(workspace, reads);
    assert.ok(read.ok, JSON.stringify(read));
    return read.snapshot;
  }

  async function refusal(reads: readonly Read[] = ALL): Promise<string> {
    const read = await readWorkspace(workspace, reads);
    return read.ok ? `taken: ${[...read.snapshot.files.keys()].join(", ")}` : read.reason;
  }

  it("holds what the reads name, each file once, in order", async () => {
    const snapshot = await take([
      { path: "network", kind: "tree" },
      { path: "network/main.tf", kind: "file" },
      { path: "k8s/api.yaml", kind: "file" },
    ]);
    assert.deepEqual(
      [...snapshot.files],
      [
        ["k8s/api.yaml", "kind: Deployment\n"],
        ["network/main.tf", "# a\n"],
        ["network/modules/a/a.tf", "# b\n"],
      ],
    );
    assert.deepEqual(
      snapshot.entries.map(({ path }) => path),
      [...snapshot.files.keys()],
    );
    assert.deepEqual(
      await take([{ path: "k8s/api.yaml", kind: "tree" }]),
      await take([{ path: "k8s", kind: "tree" }]),
    );
    assert.equal((await take([])).entries.length, 0);
  });

  it("has a hash that a byte, a name, an executable bit and a further file change, and nothing else", async () => {
    const hashes = [(await take()).hash];
    const changes: (() => Promise<void>)[] = [
      () => appendFile(join(workspace, "k8s/api.yaml"), " "),
      () => rename(join(workspace, "k8s/api.yaml"), join(workspace, "k8s/b.yaml")),
      () => chmod(join(workspace, "network/main.tf"), 0o755),
      () => put({ "k8s/more.yaml": "" }),
    ];
    for (const change of changes) {
      await change();
      hashes.push((await take()).hash);
      assert.equal((await take()).hash, hashes.at(-1));
    }
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("leaves out git's store, terraform's data and states, and our own data, and says so", async () => {
    await put({
      ".git/config": "x",
      "network/.terraform/providers/p": "x",
      "network/terraform.tfstate": "secret",
      "network/terraform.tfstate.backup": "secret",
      "network/errored.tfstate": "secret",
      "network/.terraform.lock.hcl": "kept",
      "own/encryption.key": "secret",
    });
    const read = await readWorkspace(workspace, ALL, { own: [join(workspace, "own")] });
    assert.ok(read.ok, JSON.stringify(read));
    assert.doesNotMatch([...read.snapshot.files.values()].join(), /secret/);
    assert.equal(read.snapshot.files.get("network/.terraform.lock.hcl"), "kept");
    assert.deepEqual(read.snapshot.leftOut, [
      ".git",
      "network/.terraform",
      "network/errored.tfstate",
      "network/terraform.tfstate",
      "network/terraform.tfstate.backup",
      "own",
    ]);
    const named = await readWorkspace(workspace, [{ path: "own/encryption.key", kind: "file" }], {
      own: [join(workspace, "own")],
    });
    const within = await readWorkspace(workspace, [{ path: "k8s", kind: "tree" }], {
      own: [dirname(workspace)],
    });
    assert.deepEqual(within.ok ? [...within.snapshot.files.keys()] : within.reason, ["k8s/api.yaml"]);
    assert.match(named.ok ? "" : named.reason, /Greenlight's own data/);
    assert.match(await refusal([{ path: ".git/config", kind: "file" }]), /belongs to git/);
    await symlink("../.git/config", join(workspace, "k8s/harmless.yaml"));
    assert.match(
      await refusal([{ path: "k8s", kind: "tree" }]),
      /harmless.yaml is, or leads to, what belongs to git/,
    );
  });

  it("follows a link that stays inside, also to a directory, and refuses one that leaves, through a parent too", async () => {
    await symlink("api.yaml", join(workspace, "k8s/latest.yaml"));
    await symlink("../network/modules", join(workspace, "k8s/modules"));
    const snapshot = await take([{ path: "k8s", kind: "tree" }]);
    assert.deepEqual([...snapshot.files.keys()], ["k8s/api.yaml", "k8s/latest.yaml", "k8s/modules/a/a.tf"]);
    await symlink(outside, join(workspace, "away"));
    assert.match(await refusal(), /away is a link that leaves the workspace/);
    assert.match(await refusal([{ path: "away/secret", kind: "file" }]), /leaves the workspace/);
    await rm(join(workspace, "away"));
    await symlink("..", join(workspace, "parent"));
    assert.match(await refusal(), /parent is a link that leaves the workspace/);
    await rm(join(workspace, "parent"));
    await symlink(join(outside, "secret"), join(workspace, "k8s/away.yaml"));
    assert.match(await refusal([{ path: "k8s", kind: "tree" }]), /k8s\/away.yaml is a link that leaves/);
  });

  it("refuses what is missing, no plain path, no plain file, a circle, or of the other kind", async () => {
    assert.match(await refusal([{ path: "k8s/none.yaml", kind: "file" }]), /k8s\/none.yaml is not there/);
    assert.match(await refusal([{ path: "k8s", kind: "file" }]), /is a directory/);
    for (const path of ["../outside/secret", "/etc/passwd", "k8s/../k8s", "a\0b", "a\\b", "k8s/", "."]) {
      assert.match(await refusal([{ path, kind: "file" }]), /not a plain path/, path);
    }
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(join(workspace, "k8s/socket"), resolve));
    assert.match(await refusal(), /k8s\/socket is neither a file nor a directory/);
    await new Promise((resolve) => socket.close(resolve));
    await symlink("..", join(workspace, "k8s/up"));
    assert.match(await refusal(), /k8s\/up is a link into a directory that holds it/);
    await rm(join(workspace, "k8s/up"));
    await symlink("gone", join(workspace, "k8s/broken"));
    assert.match(await refusal(), /k8s\/broken is not there/);
    assert.match(
      JSON.stringify(await readWorkspace(join(workspace, "none"), ALL)),
      /The workspace is not there/,
    );
  });

  it("refuses more than 64 MB, and more files than there may be", async () => {
    await put({ big: "" });
    await truncate(join(workspace, "big"), 64 * 1_024 * 1_024 + 1);
    assert.match(await refusal(), /more than 67108864 bytes/);
    await rm(join(workspace, "big"));
    for (const [options, refused] of [
      [{ maxFiles: 3, maxBytes: 25 }, null],
      [{ maxFiles: 2 }, /more than 2 files/],
      [{ maxBytes: 24 }, /more than 24 bytes/],
    ] as const) {
      const read = await readWorkspace(workspace, ALL, options);
      if (refused === null) assert.ok(read.ok, JSON.stringify(read));
      else assert.match(read.ok ? "" : read.reason, refused);
    }
  });

  it("refuses a file that was exchanged for a link, or moved, between the look and the opening", async () => {
    const found = await locate(workspace, "k8s/api.yaml", []);
    assert.ok(found.ok);
    await rename(join(workspace, "k8s"), join(workspace, "was"));
    await symlink(outside, join(workspace, "k8s"));
    await writeFile(join(outside, "api.yaml"), "not yours");
    const read = await readPlace(found.place, "k8s/api.yaml", 100);
    assert.match(read.ok ? read.bytes.toString() : read.reason, /exchanged while it was read/);
    await rm(join(workspace, "was/api.yaml"));
    await symlink(join(outside, "secret"), join(workspace, "was/api.yaml"));
    const linked = await readPlace(
      { real: join(workspace, "was/api.yaml"), kind: "file" },
      "was/api.yaml",
      100,
    );
    assert.match(linked.ok ? linked.bytes.toString() : linked.reason, /is a link/);
  });

  describe("laid out", () => {
    let into: string;
    beforeEach(() => {
      into = join(dirname(workspace), "laid", "out");
    });

    it("is exactly its bytes, read-only, in place of what was there", async () => {
      await chmod(join(workspace, "network/main.tf"), 0o755);
      await writeFile(join(workspace, "binary"), Buffer.from([0, 255, 254]));
      const snapshot = await take();
      await mkdir(into, { recursive: true });
      await writeFile(join(into, "left over"), "");
      await layOut(snapshot, into, ["empty/one"]);
      assert.equal(await verifyLaidOut(snapshot, into), true);
      assert.deepEqual(await readFile(join(into, "binary")), Buffer.from([0, 255, 254]));
      const modes = await Promise.all(
        ["k8s/api.yaml", "network/main.tf", "network", "empty/one"].map(
          async (path) => (await stat(join(into, path))).mode & 0o777,
        ),
      );
      assert.deepEqual(modes, [0o400, 0o500, 0o700, 0o700]);
      await assert.rejects(stat(join(into, "left over")), /ENOENT/);
      await layOut(snapshot, into);
      assert.equal(await verifyLaidOut(snapshot, into), true);
    });

    const tampering: [what: string, tamper: (at: string) => Promise<unknown>][] = [
      [
        "a byte",
        (at) => chmod(join(at, "k8s/api.yaml"), 0o600).then(() => appendFile(join(at, "k8s/api.yaml"), " ")),
      ],
      ["an executable bit", (at) => chmod(join(at, "k8s/api.yaml"), 0o500)],
      ["a file taken away", (at) => rm(join(at, "k8s/api.yaml"))],
      ["a file added", (at) => writeFile(join(at, "k8s/more.yaml"), "")],
      ["a link added", (at) => symlink("api.yaml", join(at, "k8s/more.yaml"))],
      [
        "a file replaced by a link to the same",
        async (at) => {
          await rename(join(at, "k8s/api.yaml"), join(dirname(at), "elsewhere"));
          await symlink(join(dirname(at), "elsewhere"), join(at, "k8s/api.yaml"));
        },
      ],
      ["all of it", (at) => rm(at, { recursive: true })],
    ];
    for (const [what, tamper] of tampering) {
      it(`shows that ${what} was changed`, async () => {
        const snapshot = await take();
        await layOut(snapshot, into);
        await tamper(into);
        assert.equal(await verifyLaidOut(snapshot, into), false);
      });
    }

    it("holds also where the data directory is reached through a link", async () => {
      const snapshot = await take();
      await layOut(snapshot, into);
      await symlink(into, join(dirname(workspace), "alias"));
      assert.equal(await verifyLaidOut(snapshot, join(dirname(workspace), "alias")), true);
    });

    it("still holds when terraform wrote its state, or a command the file it was told to", async () => {
      const snapshot = await take();
      await layOut(snapshot, into);
      await writeFile(join(into, "network/terraform.tfstate"), "{}");
      await writeFile(join(into, "network/tfplan"), "");
      assert.equal(await verifyLaidOut(snapshot, into, ["network/tfplan"]), true);
      assert.equal(await verifyLaidOut(snapshot, into), false);
    });
  });
});
