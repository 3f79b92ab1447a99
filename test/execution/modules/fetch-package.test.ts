import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { noBox } from "#execution/box/box.ts";
import { fetchPackage } from "#execution/modules/fetch-package.ts";
import { packPackage, unpackPackage } from "#execution/modules/package-bytes.ts";
import { capture } from "#execution/process/capture.ts";
import { sha256Of } from "#execution/workspace/snapshot.ts";
import { type Package, readModuleSource } from "#policy/terraform/module-source.ts";
import { reasonWithoutGit } from "#test/support/git.ts";
import { type ModuleHost, startModuleHost, tarOf } from "#test/support/module-host.ts";

const FILES = { "main.tf": 'output "a" { value = 1 }\n', "modules/inner/main.tf": "# inner\n" };
const ARCHIVE = tarOf(FILES);
const WRAPPED = tarOf(
  Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`vpc-1/${path}`, text])),
);
const HOSTS = ["registry.terraform.io", "github.com", "codeload.github.com"];

describe("a package of modules", { skip: reasonWithoutGit() }, () => {
  let folder = "";
  let host: ModuleHost;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-fetch-"));
    await mkdir(join(folder, "scratch"));
    await mkdir(join(folder, "home"));
    host = await startModuleHost(
      folder,
      {
        registry: { "registry.terraform.io/acme/vpc/aws/1.2.3": FILES },
        git: {
          "github.com/acme/vpc.git": {
            "v1.0.0": FILES,
            "v2.0.0": {
              ...FILES,
              ".gitmodules": '[submodule "sub"]\n\tpath = sub\n\turl = https://evil.example.com/sub.git\n',
              ".gitattributes": "* filter=evil text=auto\n",
            },
          },
        },
        archives: {
          "github.com/a.tar.gz": ARCHIVE,
          "github.com/wrapped.tar.gz": WRAPPED,
          "github.com/up.tar.gz": tarOf({ "../up.tf": "" }),
          "github.com/link.tar.gz": tarOf(FILES, { "etc.tf": "/etc/passwd" }),
          "github.com/cut.tar.gz": ARCHIVE.subarray(0, 100),
        },
      },
      ["evil.example.com"],
    );
  });
  after(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  const fetchOf = (wanted: Package, hosts: readonly string[] = HOSTS) => {
    const signal = AbortSignal.timeout(20_000);
    const env = { PATH: process.env["PATH"] ?? "", HOME: join(folder, "home"), ...host.env };
    const view = { changeId: "x", readWrite: [], readOnly: [], stateFile: null };
    return fetchPackage(
      {
        https: { env, hosts, signal },
        scratch: join(folder, "scratch"),
        git: (args, cwd, own) =>
          capture(noBox, { argv: ["git", ...args], cwd, env: own, view, deadlineMs: 20_000, signal }),
      },
      wanted,
    );
  };
  const packageOf = (source: string, version?: string): Package => {
    const read = readModuleSource(source, version);
    assert.ok(read.ok, JSON.stringify(read));
    return read.module.package;
  };
  const registered = () => packageOf("acme/vpc/aws", "1.2.3");
  const textOf = async (wanted: Package): Promise<Record<string, string>> => {
    const found = await fetchOf(wanted);
    assert.ok(found.ok, JSON.stringify(found));
    return Object.fromEntries(found.snapshot.files);
  };
  const whyNot = async (wanted: Package, hosts?: readonly string[]): Promise<string> => {
    const found = await fetchOf(wanted, hosts);
    assert.ok(!found.ok);
    return found.reason;
  };

  it("comes from a registry by its version", async () => {
    assert.deepEqual(await textOf(registered()), FILES);
  });

  it("comes from git by its tag and by its commit, and says which commit that is", async () => {
    const tagged = await fetchOf(packageOf("git::https://github.com/acme/vpc.git?ref=v1.0.0"));
    assert.ok(tagged.ok, JSON.stringify(tagged));
    const commit = host.commits.get("github.com/acme/vpc.git v1.0.0") ?? "";
    assert.ok(tagged.what.includes(commit));
    assert.deepEqual(Object.fromEntries(tagged.snapshot.files), FILES);
    assert.deepEqual(await textOf(packageOf(`github.com/acme/vpc//modules/inner?ref=${commit}`)), FILES);
  });

  it("comes from an archive by its checksum", async () => {
    const sum = sha256Of(ARCHIVE);
    assert.deepEqual(await textOf(packageOf(`https://github.com/a.tar.gz?checksum=sha256:${sum}`)), FILES);
    const other = "0".repeat(64);
    assert.match(
      await whyNot(packageOf(`https://github.com/a.tar.gz?checksum=sha256:${other}`)),
      /another one/,
    );
  });

  it("comes from where the registry says: git by a commit, an archive with a directory around it", async () => {
    const commit = host.commits.get("github.com/acme/vpc.git v1.0.0") ?? "";
    const key = "registry.terraform.io/acme/vpc/aws/1.2.3";
    for (const answer of [
      `git::https://github.com/acme/vpc.git?ref=${commit}`,
      "https://github.com/wrapped.tar.gz//*?archive=tar.gz",
      "https://github.com/wrapped.tar.gz//vpc-1?archive=tar.gz",
    ]) {
      host.answers.set(key, answer);
      assert.deepEqual(await textOf(registered()), FILES, answer);
    }
    host.answers.clear();
  });

  it("is not had from anywhere else, wherever an answer leads", async () => {
    const key = "registry.terraform.io/acme/vpc/aws/1.2.3";
    const asked = host.asked.length;
    for (const answer of [
      "git::https://evil.example.com/x.git?ref=v1.0.0",
      "git::ssh://git@github.com/acme/vpc.git?ref=v1.0.0",
      "git::file:///etc?ref=v1.0.0",
      "file:///etc/passwd.zip",
      "/../../../etc/passwd",
      "s3::https://s3.amazonaws.com/b/k.zip",
      "http://github.com/a.tar.gz",
      "https://169.254.169.254/latest/a.zip",
      "https://evil.example.com/a.tar.gz",
      "https://user:pass@github.com/a.tar.gz",
      "git::https://github.com/acme/vpc.git?ref=main",
      "git::https://github.com/acme/vpc.git",
      "git::https://github.com/acme/vpc.git?ref=--upload-pack=touch",
    ]) {
      host.answers.set(key, answer);
      const found = await fetchOf(registered());
      assert.ok(!found.ok, answer);
    }
    host.answers.clear();
    assert.deepEqual(new Set(host.asked.slice(asked)), new Set(["registry.terraform.io", "github.com"]));
    host.redirects.set("github.com/a.tar.gz", "https://evil.example.com/a.tar.gz");
    host.redirects.set(
      "github.com/acme/vpc.git/info/refs?service=git-upload-pack",
      "https://evil.example.com/acme/vpc.git/info/refs?service=git-upload-pack",
    );
    const sum = sha256Of(ARCHIVE);
    const archive = await whyNot(packageOf(`https://github.com/a.tar.gz?checksum=sha256:${sum}`));
    assert.match(archive, /evil\.example\.com.*module_hosts/);
    await whyNot(packageOf("git::https://github.com/acme/vpc.git?ref=v1.0.0"));
    host.redirects.clear();
    assert.ok(!host.asked.includes("evil.example.com"));
    assert.match(await whyNot(packageOf("github.com/acme/vpc?ref=v1.0.0"), []), /module_hosts/);
  });

  it("is no branch, and nothing that is not there", async () => {
    assert.match(await whyNot(packageOf("github.com/acme/vpc?ref=main")), /no tag main.*branch/);
    assert.match(await whyNot(packageOf("github.com/acme/none?ref=v1.0.0")), /github\.com/);
    assert.match(await whyNot(packageOf(`github.com/acme/vpc?ref=${"0".repeat(40)}`)), /github\.com/);
    assert.match(await whyNot(packageOf("acme/vpc/aws", "9.9.9")), /no such module or version/);
  });

  it("runs nothing, fetches no submodule, and leaves nothing on disk", async () => {
    const files = await textOf(packageOf("github.com/acme/vpc?ref=v2.0.0"));
    assert.equal(files["main.tf"], FILES["main.tf"]);
    assert.ok(!host.asked.includes("evil.example.com"));
    assert.deepEqual(await readdir(join(folder, "scratch")), []);
    assert.deepEqual(await readdir(join(folder, "home")), []);
  });

  it("is not read where a link lies in its place", async () => {
    const swapped = fetchPackage(
      {
        https: { env: host.env, hosts: HOSTS, signal: AbortSignal.timeout(20_000) },
        scratch: join(folder, "scratch"),
        // A git that was taken over by what it fetched.
        git: async (args, cwd) => {
          if (args.includes("checkout")) await symlink(folder, join(cwd, "repository"));
          const stdout = args.includes("rev-parse") ? "0".repeat(40) : "";
          return { exitCode: 0, stdout, stderr: "", problem: null };
        },
      },
      packageOf("github.com/acme/vpc?ref=v1.0.0"),
    );
    const found = await swapped;
    assert.ok(!found.ok);
    assert.match(found.reason, /not where git was told/);
  });

  it("holds no link, and no path that leaves it", async () => {
    const sumOf = (name: string, bytes: Buffer) =>
      packageOf(`https://github.com/${name}.tar.gz?checksum=sha256:${sha256Of(bytes)}`);
    assert.match(await whyNot(sumOf("up", tarOf({ "../up.tf": "" }))), /holds "\.\.\/up\.tf"/);
    assert.deepEqual(await textOf(sumOf("link", tarOf(FILES, { "etc.tf": "/etc/passwd" }))), FILES);
    assert.match(await whyNot(sumOf("cut", ARCHIVE.subarray(0, 100))), /cannot be read/);
    assert.ok(!existsSync(join(folder, "up.tf")));
  });

  it("is the same after it was kept", async () => {
    const found = await fetchOf(registered());
    assert.ok(found.ok);
    const again = await unpackPackage(await packPackage(found.snapshot));
    assert.equal(again.hash, found.snapshot.hash);
    assert.deepEqual(again.bytes, found.snapshot.bytes);
  });
});
