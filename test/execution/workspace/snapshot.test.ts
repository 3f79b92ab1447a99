import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
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
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { readWorkspace, type Snapshot } from "#execution/workspace/snapshot.ts";
import { layOut, verifyLaidOut } from "#execution/workspace/snapshot-layout.ts";
import { locate, readLocated } from "#execution/workspace/snapshot-read.ts";
import type { Read } from "#policy/verdict.ts";

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
    assert.deepEqual(
      [...read.snapshot.leftOut.keys()],
      [
        ".git",
        "network/.terraform",
        "network/errored.tfstate",
        "network/terraform.tfstate",
        "network/terraform.tfstate.backup",
        "own",
      ],
    );
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
      await refusal([{ path: "k8s/harmless.yaml", kind: "file" }]),
      /harmless.yaml is, or leads to, what belongs to git/,
    );
    assert.deepEqual([...(await take([{ path: "k8s", kind: "tree" }])).files.keys()], ["k8s/api.yaml"]);
  });

  it("follows a link that stays inside, also to a directory, and refuses what is named through one that leaves", async () => {
    await symlink("api.yaml", join(workspace, "k8s/latest.yaml"));
    await symlink("../network/modules", join(workspace, "k8s/modules"));
    const snapshot = await take([{ path: "k8s", kind: "tree" }]);
    assert.deepEqual([...snapshot.files.keys()], ["k8s/api.yaml", "k8s/latest.yaml", "k8s/modules/a/a.tf"]);
    assert.deepEqual(
      [...(snapshot.files.linked ?? [])],
      [
        ["k8s/latest.yaml", "k8s/api.yaml"],
        ["k8s/modules/a/a.tf", "network/modules/a/a.tf"],
      ],
    );
    await symlink(outside, join(workspace, "away"));
    assert.match(await refusal([{ path: "away/secret", kind: "file" }]), /leaves the workspace/);
    assert.match(await refusal([{ path: "away", kind: "tree" }]), /leaves the workspace/);
  });

  it("refuses what is missing, no plain path, or of the other kind", async () => {
    assert.match(await refusal([{ path: "k8s/none.yaml", kind: "file" }]), /k8s\/none.yaml is not there/);
    assert.match(await refusal([{ path: "k8s", kind: "file" }]), /is a directory/);
    for (const path of ["../outside/secret", "/etc/passwd", "k8s/../k8s", "a\0b", "a\\b", "k8s/", "."]) {
      assert.match(await refusal([{ path, kind: "file" }]), /not a plain path/, path);
    }
    assert.match(
      JSON.stringify(await readWorkspace(join(workspace, "none"), ALL)),
      /The workspace is not there/,
    );
  });

  it("takes what is near first where there is no room for all, and a file that is named whatever lies beside it", async () => {
    await put({ "k8s/a/1.yaml": "1", "k8s/a/2.yaml": "2", "k8s/b/3.yaml": "3", "k8s/z.yaml": "z" });
    const room = async (options: { maxFiles?: number; maxBytes?: number }, reads: Read[]) => {
      const read = await readWorkspace(workspace, reads, options);
      assert.ok(read.ok, JSON.stringify(read));
      const { files, leftOut } = read.snapshot;
      return [[...files.keys()], [...leftOut].map(([path, { cause }]) => `${path}: ${cause}`)];
    };
    const k8s: Read[] = [{ path: "k8s", kind: "tree" }];
    assert.deepEqual(await room({ maxFiles: 3 }, k8s), [
      ["k8s/a/1.yaml", "k8s/api.yaml", "k8s/z.yaml"],
      ["k8s/a/2.yaml: much", "k8s/b: much"],
    ]);
    assert.deepEqual(await room({ maxBytes: 4 }, k8s), [
      ["k8s/a/1.yaml", "k8s/a/2.yaml", "k8s/b/3.yaml", "k8s/z.yaml"],
      ["k8s/api.yaml: much"],
    ]);
    assert.deepEqual(await room({ maxFiles: 1 }, [{ path: "k8s/b/3.yaml", kind: "file" }]), [
      ["k8s/b/3.yaml"],
      [],
    ]);
    const named = await readWorkspace(workspace, [{ path: "k8s/api.yaml", kind: "file" }], { maxBytes: 4 });
    assert.match(named.ok ? "" : named.reason, /^k8s\/api\.yaml does not fit into the 4 bytes/);
  });

  it("is bound to what is left out too: whatever comes, goes or becomes a file gives another hash", async () => {
    const at = join(workspace, "k8s/odd.yaml");
    let before = (await take()).hash;
    const changes: (() => unknown)[] = [
      () => execFileSync("mkfifo", [at]),
      () => rm(at).then(() => put({ "k8s/odd.yaml": "" })),
      () => rm(at).then(() => symlink("gone.yaml", at)),
      () => put({ "k8s/gone.yaml": "" }),
      () => rm(at).then(() => symlink(join(outside, "secret"), join(workspace, "k8s/other.yaml"))),
    ];
    for (const change of changes) {
      await change();
      const { hash } = await take();
      assert.notEqual(hash, before);
      assert.equal((await take()).hash, hash);
      before = hash;
    }
  });

  it("ends, however often its directories are linked to one another", async () => {
    for (let level = 0; level < 30; level += 1) {
      await mkdir(join(workspace, `bomb/${level}`), { recursive: true });
      for (const name of ["a", "b"]) {
        await symlink(`../${level + 1}`, join(workspace, `bomb/${level}/${name}`));
      }
    }
    const snapshot = await take([{ path: "bomb/0", kind: "tree" }]);
    assert.equal(snapshot.files.size, 0);
    assert.match([...snapshot.leftOut.values()][0]?.reason ?? "", /lies behind 5000 others/);
  });

  it("refuses a file that was exchanged for a link, or moved, between the look and the opening", async () => {
    const found = await locate(workspace, "k8s/api.yaml", []);
    assert.ok(found.ok);
    await rename(join(workspace, "k8s"), join(workspace, "was"));
    await symlink(outside, join(workspace, "k8s"));
    await writeFile(join(outside, "api.yaml"), "not yours");
    const read = await readLocated(found.located, 100);
    assert.match(read.ok ? read.bytes.toString() : read.reason, /exchanged while it was read/);
    await rm(join(workspace, "was/api.yaml"));
    await symlink(join(outside, "secret"), join(workspace, "was/api.yaml"));
    const linked = await readLocated({ real: join(workspace, "was/api.yaml"), kind: "file" }, 100);
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
