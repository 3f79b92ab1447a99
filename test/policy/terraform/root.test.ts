// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are terraform's templates, not ours.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PolicyDocument, withHash } from "#policy/document.ts";
import { judgeTerraform } from "#policy/terraform/terraform.ts";
import type { Verdict } from "#policy/verdict.ts";

const plain = withHash(PolicyDocument.parse({ version: 1 }));
const trusting = withHash(
  PolicyDocument.parse({ version: 1, terraform: { trusted_roots: ["./live/net/"] } }),
);
const LOCKED = { "live/net/.terraform.lock.hcl": "# locked\n" };

function judge(line: string, files: Record<string, string>, policy = plain, dir = "live/net"): Verdict {
  return judgeTerraform(
    { tool: "terraform", args: line.split(" "), dir },
    policy,
    new Map(Object.entries(files)),
  );
}

/** A root of one file beside the lock file. */
function judgeText(text: string, name = "main.tf", line = "plan"): Verdict {
  const files = { ...LOCKED, "live/net/main.tf": "", "live/net/y.tpl": "${exec}" };
  return judge(line, { ...files, [`live/net/${name}`]: text });
}

const running: [why: RegExp, text: string, name?: string][] = [
  [
    /provisioner/,
    'resource "null_resource" "a" {\n  provisioner "local-exec" {\n    command = "id"\n  }\n}\n',
  ],
  [
    /provisioner/,
    'resource "aws_instance" "a" {\n  connection {}\n  provisioner "remote-exec" {}\n}\n',
    "a_override.tf",
  ],
  [/provisioner/, 'removed {\n  from = a.b\n  provisioner "local-exec" {\n    when = destroy\n  }\n}\n'],
  [
    /provisioner/,
    '{"resource": {"null_resource": {"a": {"provisioner": [{"local-exec": {"command": "id"}}]}}}}',
    "a.tf.json",
  ],
  [/data "external" "a", which runs a program/, 'data "external" "a" {\n  program = ["id"]\n}\n'],
  [/data "external" "a", which runs a program/, 'data "ext\\u0065rnal" a {}\n'],
  [
    /data "external" "a", which runs a program/,
    '{"data": [{"external": {"a": {}}}, {"b": {"c": {}}}]}',
    "a.tf.json",
  ],
  [
    /data "external" "a", which runs a program/,
    'check "x" {\n  data "external" "a" {}\n  assert {\n    condition = true\n  }\n}\n',
  ],
  [/data "http" "a", which asks any address/, 'data "http" "a" {\n  url = "https://example.com"\n}\n'],
  [/reads or writes outside/, 'data "local_file" "a" {\n  filename = "/etc/passwd"\n}\n'],
  [/reads or writes outside/, 'data "archive_file" "a" {\n  output_path = "../../../x.zip"\n}\n'],
  [/ephemeral "shell_script"/, 'ephemeral "shell_script" "a" {}\n'],
  [
    /data "terraform_remote_state" "a", which asks/,
    'data "terraform_remote_state" "a" {\n  backend = "http"\n}\n',
  ],
  [
    /data "terraform_remote_state" "a", which asks/,
    'data "terraform_remote_state" "a" {\n  backend = var.b\n}\n',
  ],
  [
    /reads outside/,
    'data "terraform_remote_state" "a" {\n  backend = "local"\n  config = { path = "/x/terraform.tfstate" }\n}\n',
  ],
  [/module m from git::/, 'module "m" {\n  source = "git::https://example.com/x.git"\n}\n'],
  [
    /module m from hashicorp\/consul\/aws/,
    'module "m" {\n  source  = "hashicorp/consul/aws"\n  version = "~> 1.0"\n}\n',
  ],
  [/module m from github/, 'module m {\n  source = "github.com/x/y"\n}\n', "override.tf"],
  [/module m from a computed source/, 'module "m" {\n  source = var.source\n}\n'],
  [/module m from a computed source/, 'module "m" {\n  source = "${"./x"}"\n}\n'],
  [/module m from a computed source/, 'module "m" {\n  source = true ? "./x" : "git::x"\n}\n'],
  [/module m from \.\/x\?/, 'module "m" {\n  source = "./x?ref=1"\n}\n'],
  [/module m from \.\/x\/\/y/, 'module "m" {\n  source = "./x//y"\n}\n'],
  [/module m from s3::/, '{"module": {"m": {"source": "s3::https://x/y.zip"}}}', "a.tf.json"],
  [
    /module m from a computed source/,
    '{"module": {"m": {"source": "./x", "source": "git::x"}}}',
    "a.tf.json",
  ],
  [
    /module {2}from acme\/setup\/aws/,
    'run "a" {\n  module {\n    source = "acme/setup/aws"\n  }\n}\n',
    "tests/a.tftest.hcl",
  ],
  [
    /cloud, with which plans and applies run elsewhere/,
    'terraform {\n  cloud {\n    organization = "x"\n  }\n}\n',
  ],
  [/backend "remote", with which/, 'terraform {\n  backend "remote" {}\n}\n'],
  [
    /backend "local", which keeps the state outside/,
    'terraform {\n  backend "local" {\n    path = "../../../x.tfstate"\n  }\n}\n',
  ],
  [
    /exec in backend "kubernetes"/,
    'terraform {\n  backend "kubernetes" {\n    exec {\n      command = "id"\n    }\n  }\n}\n',
  ],
  [
    /exec in provider "kubernetes"/,
    'provider "kubernetes" {\n  dynamic "exec" {\n    for_each = [1]\n    content {\n      command = "sh"\n    }\n  }\n}\n',
  ],
  [
    /exec in provider "helm"/,
    'provider "helm" {\n  kubernetes {\n    dynamic exec {\n      for_each = [1]\n      content {}\n    }\n  }\n}\n',
  ],
  [
    /config_path in provider "kubernetes"/,
    'provider "kubernetes" {\n  config_path = "${path.module}/kubeconfig"\n}\n',
  ],
  [
    /config_path in provider "kubernetes"/,
    'provider "kubernetes" {\n  config_path = "~/../workspace/kubeconfig"\n}\n',
  ],
  [
    /config_paths in provider "kubernetes"/,
    'provider "kubernetes" {\n  config_paths = ["./kubeconfig"]\n}\n',
  ],
  [
    /config_path in provider "helm"/,
    'provider "helm" {\n  kubernetes = {\n    config_path = "kubeconfig"\n  }\n}\n',
  ],
  [
    /config_path in backend "kubernetes"/,
    'terraform {\n  backend "kubernetes" {\n    config_path = "kubeconfig"\n  }\n}\n',
  ],
  [/data "shell_sensitive_script" "a", which runs a program/, 'data "shell_sensitive_script" "a" {}\n'],
  [/resource "shell_script" "a", which runs a program/, 'resource "shell_script" "a" {}\n'],
  [/data "curl" "a", which asks any address/, 'data "curl" "a" {}\n'],
  [/exec in provider "kubernetes"/, 'provider "kubernetes" {\n  exec {\n    command = "aws"\n  }\n}\n'],
  [
    /exec in provider "helm"/,
    'provider "helm" {\n  kubernetes = {\n    exec = { command = "aws" }\n  }\n}\n',
  ],
  [
    /exec in provider "helm"/,
    '{"provider": {"helm": {"kubernetes": {"exec": {"command": "aws"}}}}}',
    "a.tf.json",
  ],
  [/shared_config_files in provider "aws"/, 'provider "aws" {\n  shared_config_files = ["./x"]\n}\n'],
  [/file\("\/etc\/passwd"\), which reads outside/, 'output "a" {\n  value = file("/etc/passwd")\n}\n'],
  [/file\("~\/\.ssh\/id_rsa"\), which reads outside/, 'locals {\n  a = "x ${file("~/.ssh/id_rsa")}"\n}\n'],
  [/filebase64\(.*which reads outside/, 'locals {\n  a = filebase64("${path.module}/../../../x")\n}\n'],
  [
    /templatefile\(.*which reads outside/,
    '{"locals": {"a": "${templatefile(\\"/etc/hosts\\", {})}"}}',
    "a.tf.json",
  ],
  [/a block action, which terraform 1\.11 does not have/, 'action "local_command" "a" {}\n'],
  [/a block constructor/, 'constructor "a" {}\n'],
  [/a block Data/, '{"Data": {"external": {"a": {}}}}', "a.tf.json"],
  [
    /terraform\.d may hold provider programs/,
    "x",
    "terraform.d/plugins/example.com/a/b/1.0.0/linux_amd64/terraform-provider-b",
  ],
  [/not clear enough to judge: line 2 has a text that is not closed/, 'locals {\n  a = "x\n}\n'],
  [/not clear enough to judge: it is no JSON/, "{", "a.tf.json"],
  [/not clear enough to judge: it holds something else/, "[1]", "a.tf.json"],
  [/not clear enough to judge: it sets a outside/, "a = 1\n"],
  [/not clear enough to judge: line 1 has a control/, "# \u0000\n"],
  [
    /not clear enough to judge: .*without end/,
    `locals {\n  a = ${'"${'.repeat(100)}1${'}"'.repeat(100)}\n}\n`,
  ],
  [/not clear enough to judge: .*without end/, "a {\n".repeat(100)],
  [/not clear enough to judge: .*no JSON/, "[".repeat(10_000), "a.tf.json"],
  [/longer than/, `# ${"x".repeat(1_000_000)}\n`],
];

for (const [why, text, name] of running) {
  test(`a root with ${JSON.stringify(text.slice(0, 70))} in ${name ?? "main.tf"} is refused before it is planned`, () => {
    for (const line of [
      "plan",
      "apply -auto-approve",
      "apply tfplan",
      "destroy -auto-approve",
      "init",
      "validate",
      "refresh",
    ]) {
      const verdict = judgeText(text, name, line);
      assert.equal(verdict.decision, "deny", line);
      assert.match(verdict.reasons.join(), why, line);
      assert.match(verdict.reasons.join(), /trusted_roots may allow it/, line);
    }
  });

  test(`where the policy trusts it, a root with ${JSON.stringify(text.slice(0, 70))} in ${name ?? "main.tf"} is high`, () => {
    const files = { ...LOCKED, "live/net/main.tf": "", [`live/net/${name ?? "main.tf"}`]: text };
    const verdict = judge("plan", files, trusting);
    assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
    assert.equal(verdict.risk, "high");
    assert.match(verdict.reasons.join(), why);
  });
}

const harmless: [text: string, name?: string][] = [
  [
    '# provisioner "local-exec" {}\n/* data "external" "a" {} */\nlocals {\n  a = "data \\"http\\" \\"x\\" {}"\n}\n',
  ],
  ['locals {\n  a = <<-EOT\n    provisioner "local-exec" {\n    }\n  EOT\n}\n'],
  [
    'resource "aws_instance" "a" {\n  ami = data.aws_ami.b.id\n  lifecycle {\n    ignore_changes = [tags["x"]]\n  }\n}\n',
  ],
  ['data "aws_ami" "b" {\n  filter {\n    name   = "x"\n    values = ["${var.a}-*"]\n  }\n}\n'],
  [
    'terraform {\n  backend "s3" {\n    bucket = "x"\n  }\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n  }\n}\n',
  ],
  ['data "terraform_remote_state" "a" {\n  backend = "s3"\n  config = {\n    bucket = "x"\n  }\n}\n'],
  [
    'data "terraform_remote_state" "a" {\n  backend = "local"\n  config = {\n    path = "../dns/terraform.tfstate"\n  }\n}\n',
  ],
  [
    'variable "x" {\n  default = "z.json"\n}\nlocals {\n  a = file("${path.module}/x.json")\n  b = templatefile("${path.module}/y.tpl", { exec = 1 })\n  c = file(var.x)\n}\n',
  ],
  ['data "archive_file" "a" {\n  source_dir  = "${path.module}/src"\n  output_path = "../x.zip"\n}\n'],
  ['/*/ " */\nlocals {\n  // "not a text\n  a = "${{} == {} ? " { " : ""}"\n}\n'],
  ['variable "exec" {\n  type = map(object({ provisioner = string }))\n}\n'],
  ['provider "kubernetes" {\n  config_path    = "~/.kube/config"\n  config_context = "prod"\n}\n'],
  ['moved {\n  from = a.b\n  to   = a.c\n}\nimport {\n  to = a.c\n  id = "x"\n}\n'],
  ['module "m" {\n  providers = {}\n}\n', "override.tf"],
  ['{"//": {"data": {"external": {}}}, "locals": {"a": ["${x}", null, true, 1.5e3]}}', "a.tf.json"],
  ['data "external" "a" {}\n', ".hidden.tf"],
  ['data "external" "a" {}\n', "old/main.tf"],
  ['data "external" "a" {}\n', "main.tf~"],
  ["not HCL at all {{{", ".terraform/modules/modules.json"],
  ["provider_installation {}\n", ".terraformrc"],
  ['run "a" {\n  command = plan\n}\n', "tests/a.tftest.hcl"],
];

for (const [text, name] of harmless) {
  test(`a root with ${JSON.stringify(text.slice(0, 70))} in ${name ?? "main.tf"} may be planned`, () => {
    const verdict = judgeText(text, name);
    assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
    assert.equal(verdict.risk, "low");
  });
}

test("local modules are followed, wherever they lead, and read", () => {
  const files = {
    "live/net/main.tf":
      'module "a" {\n  source = "../../modules/a"\n}\nmodule "own" {\n  source = "./own/"\n}\n',
    "live/net/own/main.tf": "",
    "modules/a/main.tf": 'module "b" {\n  source = "../b"\n}\nmodule "again" {\n  source = "../a"\n}\n',
    "modules/b/main.tf.json":
      '{"output": {"x": {"value": "${file(\\"${path.root}/../../shared/x.json\\")}"}}}',
    "shared/x.json": "{}",
  };
  const verdict = judge("plan", files);
  assert.ok(verdict.decision === "allow", JSON.stringify(verdict));
  assert.deepEqual(verdict.reads, [
    { path: "live/net", kind: "tree" },
    { path: "modules/a", kind: "tree" },
    { path: "modules/b", kind: "tree" },
    { path: "shared/x.json", kind: "file" },
  ]);
  const running = judge("plan", { ...files, "modules/b/x.tf": 'data "external" "x" {}\n' });
  assert.match(running.reasons.join(), /modules\/b\/x\.tf has data "external"/);
  const narrow = withHash(PolicyDocument.parse({ version: 1, directories: ["live", "modules/a", "shared"] }));
  assert.match(judge("plan", files, narrow).reasons.join(), /does not list modules\/b among/);
});

test("a file of the workspace that a function names is read", () => {
  const files = {
    "live/net/main.tf":
      'locals {\n  a = file("${path.module}/../../shared/x.json")\n  b = file("../y.json")\n}\n',
    "shared/x.json": "{}",
  };
  const verdict = judge("plan", files);
  assert.ok(verdict.decision === "allow");
  assert.deepEqual(verdict.reads, [
    { path: "live/net", kind: "tree" },
    { path: "shared/x.json", kind: "file" },
  ]);
});

test("a module outside of the workspace is refused, also where the policy trusts the root", () => {
  for (const source of ["../../../x", "./../../../x", "../../.."]) {
    const verdict = judge(
      "plan",
      { "live/net/main.tf": `module "m" {\n  source = "${source}"\n}\n` },
      trusting,
    );
    assert.match(verdict.reasons.join(), /outside of the workspace/, source);
    assert.equal(verdict.decision, "deny");
  }
});

test("a root or a module without configuration is refused", () => {
  assert.match(
    judge("plan", { "live/net/readme.md": "" }).reasons.join(),
    /no terraform configuration .* in live\/net/,
  );
  assert.match(judge("plan", {}, plain, "").reasons.join(), /in the workspace's root/);
  const calls = { "live/net/main.tf": 'module "m" {\n  source = "./m"\n}\n' };
  assert.match(judge("plan", calls).reasons.join(), /no terraform configuration .* in live\/net\/m/);
  const endless = Object.fromEntries(
    Array.from({ length: 300 }, (_, n) => [
      `live/net${n === 0 ? "" : n}/main.tf`,
      `module "m" {\n  source = "../net${n + 1}"\n}\n`,
    ]),
  );
  assert.match(judge("plan", endless).reasons.join(), /more than 200 modules/);
});

test("providers without a lock file are refused where they would be fetched or run", () => {
  const needing = [
    'resource "aws_instance" "a" {}\n',
    'data "aws_ami" "a" {}\nresource "terraform_data" "b" {}\n',
    'provider "aws" {}\n',
    'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n',
    'terraform {\n  required_providers {\n    terraform = { source = "hashicorp/terraform" }\n  }\n}\n',
    'terraform {\n  required_providers {\n    aws = "~> 5.0"\n  }\n}\n',
    'check "c" {\n  data "aws_ami" "a" {}\n}\n',
  ];
  for (const text of needing) {
    for (const line of ["init", "plan", "apply -auto-approve", "validate"]) {
      assert.match(
        judge(line, { "live/net/main.tf": text }).reasons.join(),
        /has no \.terraform\.lock\.hcl/,
        text,
      );
    }
    assert.equal(judge("plan", { ...LOCKED, "live/net/main.tf": text }).decision, "allow", text);
    assert.equal(judge("state list", { "live/net/main.tf": text }).decision, "allow", text);
  }
  for (const text of [
    'resource "terraform_data" "a" {}\n',
    'provider "terraform" {}\n',
    'terraform {\n  required_providers {\n    terraform = { source = "terraform.io/builtin/terraform" }\n  }\n}\n',
  ]) {
    assert.equal(judge("plan", { "live/net/main.tf": text }).decision, "allow", text);
  }
});

test("a running root may still be looked at where nothing of it runs", () => {
  const files = { "live/net/main.tf": 'data "external" "a" {}\n' };
  for (const line of [
    "state list",
    "output",
    "workspace list",
    "show tfplan",
    "providers",
    "fmt -check",
    "version",
  ]) {
    assert.equal(judge(line, files).decision, "allow", line);
  }
});

test("-chdir leads to the root that counts, and terraform.d counts where the program stands, too", () => {
  const files = { "live/net/main.tf": 'data "external" "a" {}\n', "live/main.tf": "" };
  assert.equal(judge("-chdir=net plan", files, plain, "live").decision, "deny");
  assert.equal(judge("-chdir=.. plan", files).decision, "allow");
  const planted = { ...files, "live/net/terraform.d/x": "" };
  assert.match(
    judge("-chdir=.. plan", planted).reasons.join(),
    /live\/net\/terraform\.d may hold provider programs/,
  );
});

test("tests are looked for where -test-directory says", () => {
  const files = {
    "live/net/main.tf": "",
    "live/net/checks/a.tftest.hcl": 'run "a" {\n  module {\n    source = "acme/setup/aws"\n  }\n}\n',
  };
  assert.equal(judge("init", files).decision, "allow");
  assert.equal(judge("init -test-directory=checks", files).decision, "deny");
});

test("a variable file must be there, a plan must not overwrite a file, and a state is no plan", () => {
  const files = {
    "live/net/main.tf": "",
    "live/net/a.tfvars": "",
    "live/net/old.tfplan": "PK",
    "live/net/state": ' {"version": 4}',
  };
  assert.equal(judge("plan -var-file=a.tfvars", files).decision, "allow");
  assert.match(judge("plan -var-file=b.tfvars", files).reasons.join(), /is not there/);
  assert.match(judge("plan -out=old.tfplan", files).reasons.join(), /would overwrite/);
  assert.equal(judge("show old.tfplan", files).decision, "allow");
  assert.match(judge("show state", files).reasons.join(), /is a state and no saved plan/);
});
