import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createOverview } from "#execution/overview/workspace-overview.ts";
import type { Policy } from "#policy/document.ts";
import { parsePolicy } from "#policy/read-policy.ts";
import { createRedact } from "#redact/redact.ts";

const RULES = "version: 1\nenvironments: { production: { directories: [network] } }\n";

const VARIABLES = `
variable "region" {
  type    = string
  default = "eu-west-1"
}
variable "sizes" {
  type    = list(number)
  default = [1, 2]
}
variable "count_of" { type = number }
variable "api_token" {
  type      = string
  default   = "hunter2hunter2"
  sensitive = true
}
variable "db_password" {
  default = "correcthorsebattery"
}
variable "ref" {
  default = "\${path.module}/x"
}
module "vpc" { source = "../modules/vpc" }
`;

const FILES: Readonly<Record<string, string>> = {
  "network/main.tf": VARIABLES,
  "network/prod.tfvars": 'region = "us-east-7"\n',
  "modules/vpc/main.tf": 'variable "inner" {}\n',
  "broken/main.tf": 'resource "a" {\n',
  "apps/web/kustomization.yaml": "resources: [web.yaml]\n",
  "apps/web/web.yaml":
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: shop }\n---\napiVersion: v1\nkind: Service\nmetadata: { name: web }\n",
  "apps/values.yaml": "replicas: 3\n",
  "apps/odd\nname.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: odd }\n",
  "cluster.yaml": "apiVersion: v1\nkind: Config\nusers: []\ncurrent-context: x\nmetadata: { name: no }\n",
  ".kube/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: hidden }\n",
};

describe("what is told of the workspace", () => {
  let home: string;
  let workspace: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "greenlight-overview-"));
    workspace = join(home, "workspace");
    for (const [path, text] of Object.entries(FILES)) await put(path, text);
    await writeFile(
      join(home, "outside.yaml"),
      "apiVersion: v1\nkind: Secret\nmetadata: { name: outside }\n",
    );
    await symlink(join(home, "outside.yaml"), join(workspace, "apps/link.yaml"));
  });
  after(() => rm(home, { recursive: true, force: true }));
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  };
  const told = (rules = RULES): Promise<string[]> =>
    createOverview({
      workspace,
      dataDir: join(home, "data"),
      policy: policyOf(rules),
      redact: createRedact([]),
    })();

  it("names roots with their variables, manifests and kustomizations, in one order", async () => {
    const lines = await told();
    assert.deepEqual(lines, await told());
    assert.deepEqual(
      lines.map((line) => line.split(":")[0]),
      [
        "terraform root broken",
        "terraform root network (production)",
        'manifest "apps/odd\\nname.yaml"',
        "kustomization apps/web",
        "manifest apps/web/web.yaml",
      ],
    );
    assert.match(lines[0] ?? "", /cannot be read/);
    assert.match(lines[4] ?? "", /Deployment shop\/web, Service web$/);
    const network = lines[1] ?? "";
    assert.match(
      network,
      /region string = "eu-west-1"; sizes list\(number\) = \[1, 2\]; count_of number; api_token/,
    );
    assert.match(network, /api_token string, sensitive/);
    assert.match(network, /; ref any$/);
  });

  it("holds no value of a sensitive variable or of a variables file, and nothing that commands do not get", async () => {
    const text = (await told()).join("\n");
    for (const secret of ["hunter2", "correcthorse", "us-east-7", "outside", "hidden", "cluster.yaml"])
      assert.ok(!text.includes(secret), secret);
  });

  it("reads only what the policy lists", async () => {
    const lines = await told(`${RULES}directories: [apps/web]\n`);
    assert.deepEqual(lines, [
      "kustomization apps/web",
      "manifest apps/web/web.yaml: Deployment shop/web, Service web",
    ]);
  });

  it("has at most 200 lines, and counts what is cut", async () => {
    for (let at = 0; at < 240; at += 1)
      await put(`many/${at}.yaml`, `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m${at} }\n`);
    const lines = await told();
    assert.equal(lines.length, 199);
    assert.match(lines.at(-1) ?? "", /^…and 47 more/);
    assert.ok(Math.max(...lines.map((line) => line.length)) < 700);
    await rm(join(workspace, "many"), { recursive: true });
  });

  it("is read once a minute at most", async () => {
    let now = 0;
    const deps = {
      workspace,
      dataDir: join(home, "data"),
      policy: policyOf(RULES),
      redact: createRedact([]),
    };
    const overview = createOverview(deps, () => now);
    const before = await overview();
    await put("late/main.tf", 'variable "a" {}\n');
    assert.deepEqual(await overview(), before);
    now = 60_000;
    assert.equal((await overview()).length, before.length + 1);
  });
});

function policyOf(text: string): Policy {
  const read = parsePolicy(text);
  assert.ok(read.ok);
  return read.policy;
}
