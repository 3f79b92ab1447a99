import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Bindings, BoundPlan } from "#change/preview.ts";
import { changeDirOf } from "#execution/workspace/scratch.ts";
import { digestOf } from "#policy/digest.ts";
import { git, reasonWithoutGit } from "#test/support/git.ts";
import { type ModuleHost, startModuleHost } from "#test/support/module-host.ts";
import { makeRoots, type Roots, terraformPlan } from "#test/support/roots.ts";
import { reasonWithoutTerraform } from "#test/support/terraform.ts";

const LEAF = {
  "main.tf": `variable "size" { default = 1 }
resource "terraform_data" "leaf" { input = templatefile("\${path.module}/text.tpl", { size = var.size }) }
output "id" { value = terraform_data.leaf.id }
`,
  "text.tpl": "size $" + "{size}\n",
};
const NESTED = {
  "main.tf":
    'module "leaf" {\n  source = "acme/leaf/aws//modules/inner"\n  version = "2.0.0"\n}\nmodule "own" { source = "./modules/own" }\n',
  "modules/own/main.tf": 'resource "terraform_data" "own" {}\nmodule "up" { source = "../up" }\n',
  "modules/up/main.tf": 'resource "terraform_data" "up" {}\n',
};
const ROOT = `
module "nested" {
  source  = "acme/nested/aws"
  version = "= 1.0.0"
}
module "leaf" {
  for_each = toset(["a", "b"])
  source   = "git::https://github.com/acme/leaf.git//deep/er?ref=v1.0.0"
}
module "short" { source = "github.com/acme/leaf//deep/er?ref=v1.0.0" }
module "local" { source = "../../modules/local" }
output "id" { value = module.leaf["a"].id }
`;

describe("a root with modules from elsewhere", {
  skip: reasonWithoutTerraform() || reasonWithoutGit(),
}, () => {
  let folder = "";
  let host: ModuleHost;
  let roots: Roots;
  let changeId: string;
  let bound: BoundPlan;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "greenlight-modules-"));
    const deep = Object.fromEntries(Object.entries(LEAF).map(([path, text]) => [`deep/er/${path}`, text]));
    host = await startModuleHost(folder, {
      registry: {
        "registry.terraform.io/acme/nested/aws/1.0.0": NESTED,
        "registry.terraform.io/acme/leaf/aws/2.0.0": Object.fromEntries(
          Object.entries(LEAF).map(([path, text]) => [`modules/inner/${path}`, text]),
        ),
        "registry.terraform.io/acme/range/aws/1.0.0": {
          "main.tf": 'module "leaf" {\n  source = "acme/leaf/aws"\n  version = "~> 2.0"\n}\n',
        },
        "registry.terraform.io/acme/runs/aws/1.0.0": {
          "main.tf":
            'resource "terraform_data" "x" {\n  provisioner "local-exec" { command = "touch /tmp/x" }\n}\n',
        },
        "registry.terraform.io/acme/leaves/aws/1.0.0": {
          "main.tf": 'module "x" { source = "../../../modules/local" }\n',
        },
      },
      git: { "github.com/acme/leaf.git": { "v1.0.0": deep } },
    });
    roots = await makeRoots({ env: host.env });
    await roots.write({
      "roots/app/main.tf": ROOT,
      "modules/local/main.tf": 'resource "terraform_data" "local" {}\n',
      ...Object.fromEntries(
        ["range", "runs", "leaves"].map((name) => [
          `roots/${name}/main.tf`,
          `module "m" {\n  source = "acme/${name}/aws"\n  version = "1.0.0"\n}\n`,
        ]),
      ),
    });
  });
  after(async () => {
    await host.close();
    await roots.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const readyOf = (changeId: string, bound: BoundPlan) => {
    const [command] = bound.plan.plan;
    assert.ok(command);
    const key = { changeId, revision: 1, step: 1, direction: "forward", attempt: 1 } as const;
    return roots.ready(key, command, bound, AbortSignal.timeout(60_000));
  };

  it("is planned with what they hold, and says which commit and version that is", async () => {
    changeId = randomUUID();
    const seen = await roots.preview(changeId, terraformPlan("roots/app", "apply", "-auto-approve"));
    assert.ok(seen.ok, JSON.stringify(seen));
    const { plan, bindings } = seen;
    bound = { revision: 1, plan, bindings, digest: digestOf(plan, 1, roots.policy, bindings) };
    const facts = seen.previews.flatMap((preview) => preview.facts).join("\n");
    assert.match(facts, /Module fetched: acme\/nested\/aws 1\.0\.0/);
    assert.ok(facts.includes(host.commits.get("github.com/acme/leaf.git v1.0.0") ?? "none"), facts);
    const made = seen.previews.flatMap(({ rows }) => rows.filter(({ action }) => action === "create"));
    const rows = made.map(({ target }) => target).toSorted();
    assert.deepEqual(rows, [
      'module.leaf["a"].terraform_data.leaf',
      'module.leaf["b"].terraform_data.leaf',
      "module.local.terraform_data.local",
      "module.nested.module.leaf.terraform_data.leaf",
      "module.nested.module.own.module.up.terraform_data.up",
      "module.nested.module.own.terraform_data.own",
      "module.short.terraform_data.leaf",
    ]);
    assert.equal(seen.bindings.files.filter(({ path }) => path.startsWith(".greenlight/modules/")).length, 3);
  });

  it("is run from what is kept, elsewhere and with nobody asked", async () => {
    await rm(changeDirOf(roots.ground.dataDir, changeId).root, { recursive: true });
    const asked = host.asked.length;
    const ready = await readyOf(changeId, bound);
    assert.ok(ready.ok, JSON.stringify(ready));
    assert.equal(host.asked.length, asked);
  });

  it("is run as it was approved when somebody exchanged a module in the copy or the list of them", async () => {
    const { workspace, terraform } = changeDirOf(roots.ground.dataDir, changeId);
    const place = bound.bindings.files.find(({ path }) => path.includes("acme-nested"))?.path ?? "";
    const file = join(workspace, place, "modules/up/main.tf");
    await chmod(file, 0o600);
    await writeFile(file, "# another one\n");
    await writeFile(join(workspace, place, "added.tf"), "");
    const list = join(terraform, Buffer.from("roots/app").toString("base64url"), "modules/modules.json");
    const before = await readFile(list, "utf8");
    await writeFile(list, '{"Modules":[]}');
    const ready = await readyOf(changeId, bound);
    assert.ok(ready.ok, JSON.stringify(ready));
    assert.equal(await readFile(file, "utf8"), NESTED["modules/up/main.tf"]);
    assert.equal(await readFile(list, "utf8"), before);
    assert.ok(!existsSync(join(workspace, place, "added.tf")));
  });

  it("is not run when the bytes that are kept are others or gone", async () => {
    const kept = new Map(roots.packages);
    const [one = "", other = ""] = [...kept.keys()];
    roots.packages.set(one, kept.get(other) ?? Buffer.alloc(0));
    const exchanged = await readyOf(changeId, bound);
    assert.deepEqual([exchanged.ok, roots.packages.delete(one)], [false, true]);
    assert.equal((await readyOf(changeId, bound)).ok, false);
    for (const [sha256, bytes] of kept) roots.packages.set(sha256, bytes);
    assert.ok((await readyOf(changeId, bound)).ok);
  });

  it("is refused for what a module of it does, nested ones too, and nothing is run", async () => {
    for (const [name, reason] of [
      ["range", /leaf from acme\/leaf\/aws.*no exact version/],
      ["runs", /provisioner/],
      ["leaves", /leaves the package/],
    ] as const) {
      const changeId = randomUUID();
      const seen = await roots.preview(changeId, terraformPlan(`roots/${name}`, "plan"));
      assert.ok(!seen.ok, name);
      assert.match(seen.reason, reason);
    }
  });

  it("is another plan when the tag it names was moved", async () => {
    const repository = join(folder, "git", "github.com", "acme", "leaf.git");
    await writeFile(join(repository, "deep/er/more.tf"), "# moved\n");
    await git(repository, "add", "--all");
    await git(repository, "commit", "--quiet", "--message=moved");
    await git(repository, "tag", "--force", "--annotate", "--message=moved", "v1.0.0");
    const again = await roots.preview(randomUUID(), terraformPlan("roots/app", "validate"));
    assert.ok(again.ok, JSON.stringify(again));
    const hashOf = ({ files }: Bindings) =>
      files.find(({ path }) => path.includes("acme-leaf-v1.0.0"))?.sha256;
    assert.notEqual(hashOf(again.bindings), hashOf(bound.bindings));
    // What was approved is what is kept: the tag counts when a plan is made, and never again.
    assert.ok((await readyOf(changeId, bound)).ok);
  });
});
