import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { type Policy, PolicyDocument, withHash } from "#policy/document.ts";
import { judge } from "#policy/judge.ts";
import {
  packagePlaceOf,
  placeOfPackage,
  readAnswer,
  readModuleSource,
} from "#policy/terraform/module-source.ts";
import type { Verdict } from "#policy/verdict.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const SUM = "a".repeat(64);

/** Source and version, and how terraform writes the source down. */
const PINNED: readonly [source: string, version: string | undefined, written: string, sub: string][] = [
  ["terraform-aws-modules/vpc/aws", "5.1.0", "registry.terraform.io/terraform-aws-modules/vpc/aws", ""],
  [
    "terraform-aws-modules/iam/aws//modules/role",
    "= 5.1.0",
    "registry.terraform.io/terraform-aws-modules/iam/aws//modules/role",
    "modules/role",
  ],
  ["app.terraform.io/acme/vpc/aws", "1.0.0-rc.1", "app.terraform.io/acme/vpc/aws", ""],
  ["git.example.com:8443/acme/vpc/aws", "1.0.0", "git.example.com:8443/acme/vpc/aws", ""],
  [
    "git::https://github.com/acme/vpc.git?ref=v1.0.0",
    undefined,
    "git::https://github.com/acme/vpc.git?ref=v1.0.0",
    "",
  ],
  [
    `git::https://gitlab.com/a/b/c.git//net/vpc?ref=${COMMIT}`,
    undefined,
    `git::https://gitlab.com/a/b/c.git//net/vpc?ref=${COMMIT}`,
    "net/vpc",
  ],
  [
    "github.com/acme/vpc?ref=release/1.0",
    undefined,
    "git::https://github.com/acme/vpc.git?ref=release/1.0",
    "",
  ],
  [
    "github.com/acme/vpc//net?ref=v1&depth=1",
    undefined,
    "git::https://github.com/acme/vpc.git//net?ref=v1&depth=1",
    "net",
  ],
  [
    `https://example.com/vpc.zip?checksum=sha256:${SUM}`,
    undefined,
    `https://example.com/vpc.zip?checksum=sha256:${SUM}`,
    "",
  ],
  [
    `https://example.com/get/vpc//net?archive=tgz&checksum=sha256:${SUM}`,
    undefined,
    `https://example.com/get/vpc//net?archive=tgz&checksum=sha256:${SUM}`,
    "net",
  ],
];

const UNPINNED: readonly [source: string, version: string | null | undefined, says: RegExp][] = [
  ["terraform-aws-modules/vpc/aws", undefined, /version = "1\.2\.3"/],
  ["terraform-aws-modules/vpc/aws", "~> 5.0", /no exact version/],
  ["terraform-aws-modules/vpc/aws", ">= 5.0.0", /no exact version/],
  ["terraform-aws-modules/vpc/aws", "5.1.0, < 6.0.0", /no exact version/],
  ["terraform-aws-modules/vpc/aws", "!= 5.1.0", /no exact version/],
  ["terraform-aws-modules/vpc/aws", "5.1", /no exact version/],
  ["terraform-aws-modules/vpc/aws", null, /no exact version/],
  ["git::https://github.com/acme/vpc.git", undefined, /\?ref=/],
  ["git::https://github.com/acme/vpc.git?depth=1", undefined, /\?ref=/],
  ["git::https://github.com/acme/vpc.git?ref=", undefined, /\?ref=/],
  ["git::https://github.com/acme/vpc.git?ref=v1&sshkey=abc", undefined, /more than one ref/],
  ["git::https://github.com/acme/vpc.git?ref=v1&ref=v2", undefined, /./],
  ["git::https://github.com/acme/vpc.git?ref=%2d%2dupload-pack", undefined, /./],
  ["git::https://github.com/acme/vpc.git?ref=--upload-pack=x", undefined, /./],
  ["git::https://github.com/acme/vpc.git?ref=v1..v2", undefined, /no plain name/],
  ["git::https://github.com/acme/vpc.git?ref=HEAD^{/x}", undefined, /./],
  ["git::https://github.com/acme/vpc.git?ref=v1", "1.0.0", /version counts for a registry/],
  ["git::https://user:secret@github.com/acme/vpc.git?ref=v1", undefined, /without a user/],
  ["git::https://github.com/../vpc.git?ref=v1", undefined, /./],
  ["git::https://github.com/acme/vpc.git//../x?ref=v1", undefined, /./],
  ["git::https://-oProxyCommand=x/acme/vpc.git?ref=v1", undefined, /./],
  ["git::ssh://git@github.com/acme/vpc.git?ref=v1", undefined, /git::https/],
  ["git::file:///srv/vpc?ref=v1", undefined, /./],
  ["git::./vpc?ref=v1", undefined, /./],
  ["git::ext::sh -c touch%20x?ref=v1", undefined, /./],
  ["git@github.com:acme/vpc.git?ref=v1", undefined, /https only/],
  ["http://example.com/vpc.zip", undefined, /https only/],
  ["https://example.com/vpc.zip", undefined, /checksum=sha256/],
  ["https://example.com/vpc.zip?checksum=md5:abc", undefined, /checksum=sha256/],
  [`https://example.com/vpc.tar.xz?checksum=sha256:${SUM}`, undefined, /neither/],
  [`https://example.com/vpc?checksum=sha256:${SUM}`, undefined, /neither/],
  [`https://example.com/vpc.zip?checksum=sha256:${SUM}&x=1`, undefined, /more than/],
  ["file:///srv/vpc", undefined, /take it into the workspace/],
  ["/srv/vpc", undefined, /take it into the workspace/],
  ["file::/srv/vpc", undefined, /take it into the workspace/],
  ["hg::https://example.com/vpc", undefined, /registry, from git/],
  ["s3::https://s3.amazonaws.com/b/vpc.zip", undefined, /registry, from git/],
  ["gcs::https://www.googleapis.com/storage/v1/b/vpc.zip", undefined, /registry, from git/],
  ["bitbucket.org/acme/vpc", undefined, /./],
  ["s3.amazonaws.com/b/vpc.zip", undefined, /./],
  ["~/vpc", undefined, /./],
  ["", undefined, /./],
  ["acme/vpc/aws/../..", "1.0.0", /./],
  ["acme/vpc/aws//../x", "1.0.0", /./],
  ["ACME.COM/acme/vpc/aws", "1.0.0", /./],
  ["x".repeat(1_001), "1.0.0", /longer/],
];

describe("a module's source", () => {
  it("is read as terraform writes it down, where something pins it", () => {
    for (const [source, version, written, sub] of PINNED) {
      const read = readModuleSource(source, version);
      assert.ok(read.ok, `${source}: ${JSON.stringify(read)}`);
      assert.deepEqual([read.module.source, read.module.sub], [written, sub]);
      const place = placeOfPackage(read.module.package);
      assert.match(place, /^\.greenlight\/modules\/[\w.-]+-[0-9a-f]{16}$/);
      assert.equal(packagePlaceOf(`${place}/main.tf`), place);
    }
  });

  it("has a place of its own for every version and address", () => {
    const places = PINNED.map(([source, version]) => {
      const read = readModuleSource(source, version);
      return read.ok ? placeOfPackage(read.module.package) : "";
    });
    assert.equal(new Set(places).size, places.length);
    assert.equal(packagePlaceOf("roots/.greenlight/modules/x/main.tf"), null);
  });

  it("is refused with what to write, where nothing pins it or it is none of these", () => {
    for (const [source, version, says] of UNPINNED) {
      const read = readModuleSource(source, version);
      assert.ok(!read.ok, `${source} ${version}`);
      assert.match(read.reason, says, source);
    }
  });

  it("is not led elsewhere by what a registry answers", () => {
    for (const address of [
      "file:///etc/x.zip",
      "s3::https://x/y.zip",
      "git::ssh://git@x/y?ref=v1",
      "/x.zip",
      "http://x/y.zip",
    ])
      assert.equal(readAnswer(address).ok, false, address);
  });
});

const policyOf = (terraform: object): Policy =>
  withHash(PolicyDocument.parse({ version: 1, directories: ["app", "mods"], terraform }));
const VPC = `module "vpc" {
  source  = "acme/vpc/aws"
  version = "1.0.0"
}
`;
const PLACE = placeOfPackage({
  kind: "registry",
  host: "registry.terraform.io",
  path: "acme/vpc/aws",
  version: "1.0.0",
});

function plan(files: Record<string, string>, terraform: object = {}, args = ["plan"]): Verdict {
  return judge({ tool: "terraform", args, dir: "app" }, policyOf(terraform), new Map(Object.entries(files)));
}

describe("a root that names a package", () => {
  it("is refused until the package is there, and says which one to fetch", () => {
    for (const args of [["plan"], ["init"], ["apply", "-auto-approve"], ["state", "list"], ["providers"]]) {
      const verdict = plan({ "app/main.tf": VPC }, {}, args);
      assert.ok(verdict.decision === "deny", args.join(" "));
      assert.deepEqual(
        verdict.missing?.packages.map((one) => one.kind === "registry" && one.version),
        ["1.0.0"],
      );
    }
  });

  it("is read with it, and its bytes are part of what is read", () => {
    const verdict = plan({ "app/main.tf": VPC, [`${PLACE}/main.tf`]: 'output "x" { value = 1 }\n' });
    assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
    assert.deepEqual(
      verdict.reads.map(({ path }) => path),
      ["app", PLACE],
    );
  });

  const hostile: readonly [name: string, module: Record<string, string>, says: RegExp][] = [
    ["runs a program", { "main.tf": 'data "external" "x" { program = ["sh"] }\n' }, /external/],
    [
      "has a provisioner",
      { "main.tf": 'resource "terraform_data" "x" {\n  provisioner "local-exec" { command = "x" }\n}\n' },
      /provisioner/,
    ],
    ["asks an address", { "main.tf": 'data "http" "x" { url = "http://169.254.169.254/" }\n' }, /http/],
    ["leaves its package", { "main.tf": 'module "x" { source = "../../../app" }\n' }, /leaves the package/],
    [
      "leaves for another package",
      { "main.tf": 'module "x" { source = "../other" }\n' },
      /leaves the package/,
    ],
    ["leaves the workspace", { "main.tf": 'module "x" { source = "../../../../x" }\n' }, /outside/],
    [
      "names a range",
      { "main.tf": 'module "x" {\n  source = "acme/x/aws"\n  version = "~> 1.0"\n}\n' },
      /no exact version/,
    ],
    ["names a file", { "main.tf": 'module "x" { source = "/srv/x" }\n' }, /take it into/],
    [
      "names a host",
      { "main.tf": 'module "x" {\n  source = "evil.example.com/acme/x/aws"\n  version = "1.0.0"\n}\n' },
      /module_hosts/,
    ],
    ["is unclear", { "main.tf": 'resource "x" "y" {\n' }, /not clear/],
    ["is none", { "README.md": "" }, /no terraform configuration/],
    [
      "hides it deeper",
      {
        "main.tf": 'module "x" { source = "./x" }\n',
        "x/main.tf": 'data "external" "x" { program = ["sh"] }\n',
      },
      /external/,
    ],
  ];
  for (const [name, module, says] of hostile) {
    test(`is refused where a module of it ${name}, and nothing more is fetched`, () => {
      const inner = Object.fromEntries(
        Object.entries(module).map(([path, text]) => [`${PLACE}/${path}`, text]),
      );
      const verdict = plan({ "app/main.tf": VPC, ...inner });
      assert.ok(verdict.decision === "deny");
      assert.match(verdict.reasons.join(), says);
      assert.equal(verdict.missing, undefined);
    });
  }

  it("is not fetched anew past what was judged", () => {
    const files = { "app/main.tf": VPC, [`${PLACE}/main.tf`]: "locals {}\n" };
    for (const args of [
      ["get", "-update"],
      ["init", "-upgrade"],
      ["init", "-upgrade=true"],
    ])
      assert.equal(plan(files, {}, args).decision, "deny", args.join(" "));
    for (const args of [["get"], ["init"], ["init", "-upgrade=false"]])
      assert.equal(plan(files, {}, args).decision, "allow", args.join(" "));
  });

  it("is judged in all else once the package is there: what a value of a module is, only the module says", () => {
    const external = `${VPC}data "external" "x" { program = ["sh"] }\n`;
    assert.ok(plan({ "app/main.tf": external, [`${PLACE}/main.tf`]: "locals {}\n" }).decision === "deny");
    const host = `${VPC}terraform {\n  required_providers {\n    kubernetes = { source = "hashicorp/kubernetes" }\n  }\n}
provider "kubernetes" { host = module.vpc.host }\n`;
    const lock = {
      "app/.terraform.lock.hcl":
        'provider "registry.terraform.io/hashicorp/kubernetes" { version = "2.0.0" }\n',
    };
    const outputs = (value: string) => ({ [`${PLACE}/main.tf`]: `output "host" { value = "${value}" }\n` });
    const missing = plan({ "app/main.tf": host, ...lock });
    assert.ok(missing.decision === "deny" && missing.missing !== undefined);
    assert.equal(
      plan({ "app/main.tf": host, ...lock, ...outputs("https://k8s.example.com") }).decision,
      "allow",
    );
    assert.equal(
      plan({ "app/main.tf": host, ...lock, ...outputs("http://169.254.169.254") }).decision,
      "deny",
    );
  });

  it("names a host of the policy's list, and a computed source or version none", () => {
    for (const [text, says] of [
      [VPC.replace("acme/", "evil.example.com/acme/"), /module_hosts/],
      [VPC.replace('"1.0.0"', "var.version"), /no exact version/],
      [VPC.replace('"acme/vpc/aws"', "local.source"), /computed/],
      [VPC.replace('"acme/vpc/aws"', `"acme/\${"vpc"}/aws"`), /computed/],
    ] as const) {
      const verdict = plan({ "app/main.tf": text });
      assert.ok(verdict.decision === "deny");
      assert.match(verdict.reasons.join(), says);
      assert.equal(verdict.missing, undefined, text);
    }
    const listed = plan(
      { "app/main.tf": VPC.replace("acme/", "mods.example.com/acme/") },
      { module_hosts: ["mods.example.com"] },
    );
    assert.ok(listed.decision === "deny" && listed.missing?.packages.length === 1);
  });

  it("is refused where an override says something else of the same call", () => {
    for (const override of [
      'module "vpc" { version = "2.0.0" }\n',
      'module "vpc" { source = "evil/vpc/aws" }\n',
      'module "vpc" { source = "./x" }\n',
    ]) {
      const verdict = plan({
        "app/main.tf": VPC,
        "app/a_override.tf": override,
        "app/x/main.tf": "locals {}\n",
      });
      assert.ok(verdict.decision === "deny");
      assert.equal(verdict.missing, undefined, override);
    }
  });

  it("is fetched for a trusted root too where everything in it is pinned, and else by terraform itself", () => {
    const trusted = { trusted_roots: ["app"] };
    const provisioner = 'resource "terraform_data" "x" {\n  provisioner "local-exec" { command = "x" }\n}\n';
    const pinned = plan({ "app/main.tf": VPC + provisioner }, trusted);
    assert.ok(pinned.decision === "deny" && pinned.missing?.packages.length === 1);
    const range = plan({ "app/main.tf": VPC.replace("1.0.0", "~> 1.0") }, trusted);
    assert.ok(range.decision === "allow" && range.risk === "high");
  });

  it("reaches no copy of a package by a path of the workspace", () => {
    const verdict = plan({
      "app/main.tf": `module "x" { source = "../${PLACE}" }\n`,
      [`${PLACE}/main.tf`]: "locals {}\n",
    });
    assert.ok(verdict.decision === "deny");
  });
});
