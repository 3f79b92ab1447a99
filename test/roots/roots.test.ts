import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { withPackages } from "#execution/modules/package-files.ts";
import { type Snapshot, snapshotOfBytes } from "#execution/workspace/snapshot.ts";
import { PolicyDocument, withHash } from "#policy/document.ts";
import { judge } from "#policy/judge.ts";
import { type Package, placeOfPackage } from "#policy/terraform/module-source.ts";
import type { Verdict } from "#policy/verdict.ts";
import { reasonWithoutGit } from "#test/support/git.ts";
import { reasonWithoutTerraform } from "#test/support/terraform.ts";
import { pinned, type Root, readHosted, readRoots } from "./corpus.ts";
import { openStage, planRoot, type Stage } from "./plan-roots.ts";

const policy = withHash(
  PolicyDocument.parse({
    version: 1,
    terraform: { module_hosts: ["registry.terraform.io", "github.com", "gitlab.com", "app.terraform.io"] },
  }),
);
const hosted = readHosted();
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** The verdict on a root whose packages are there as soon as they are asked for. */
function verdictOf(root: Root, shared: Readonly<Record<string, string>>): Verdict {
  const own = { ...shared, ...root.files, ...root.backend };
  const host = { commits: new Map([["github.com/acme/terraform-sg.git v1.4.0", COMMIT]]) };
  const lock = root.providers.map(
    (name) => `provider "registry.terraform.io/hashicorp/${name}" {\n  version = "5.0.0"\n}\n`,
  );
  const files = new Map(Object.entries(own).map(([path, text]) => [path, pinned(text, host, hosted)]));
  if (lock.length > 0) files.set(`roots/${root.name}/.terraform.lock.hcl`, lock.join(""));
  const packages = new Map<string, Snapshot>();
  const command = { tool: "terraform", args: ["plan", ...root.args], dir: `roots/${root.name}` } as const;
  for (;;) {
    const verdict = judge({ ...command, args: [...command.args] }, policy, withPackages(files, packages));
    if (verdict.decision === "allow" || verdict.missing === undefined) return verdict;
    for (const wanted of verdict.missing.packages) packages.set(placeOfPackage(wanted), packageOf(wanted));
  }
}

function packageOf(wanted: Package): Snapshot {
  const { registry, git } = hosted;
  const path = wanted.kind === "registry" ? "" : wanted.url.replace("https://", "");
  const found =
    wanted.kind === "registry"
      ? registry[`${wanted.host}/${wanted.path}/${wanted.version}`]
      : wanted.kind === "git"
        ? git[path]?.[wanted.ref === COMMIT ? "v1.4.0" : wanted.ref]
        : { "tags-1.0.0/main.tf": 'variable "team" {}\noutput "tags" { value = { team = var.team } }\n' };
  assert.ok(found, JSON.stringify(wanted));
  return snapshotOfBytes(
    new Map(
      Object.entries(found).map(([file, text]) => [file, { bytes: Buffer.from(text), executable: false }]),
    ),
  );
}

describe("50 roots as ordinary teams write them", () => {
  const { roots, shared } = readRoots();

  it("are 50, and what keeps some from being planned is said", () => {
    assert.equal(roots.length, 50);
    assert.deepEqual(
      roots.flatMap(({ name, whyNot }) => (whyNot === null ? [] : [name])),
      ["aws-my-ip", "aws-range", "aws-local-exec", "k8s-exec"],
    );
  });

  for (const root of roots) {
    it(`${root.name} is ${root.whyNot === null ? "planned without trust" : "refused"}`, () => {
      const verdict = verdictOf(root, shared);
      if (root.whyNot === null) assert.equal(verdict.decision, "allow", JSON.stringify(verdict));
      else assert.ok(verdict.decision === "deny" && verdict.reasons.join().includes(root.whyNot));
    });
  }
});

describe("of these by the real terraform", { skip: reasonWithoutTerraform() || reasonWithoutGit() }, () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  it("one with a nested module of git is planned", async () => {
    const root = stage.roots.find(({ name }) => name === "aws-redis");
    assert.ok(root);
    assert.equal(await planRoot(stage.hands, root), null);
  });
});
