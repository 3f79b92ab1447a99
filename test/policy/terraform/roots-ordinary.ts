// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are terraform's templates, not ours.

/** A workspace whose root `net` is as teams write it, and must be planned without trust. */
export type OrdinaryRoot = {
  name: string;
  files: Readonly<Record<string, string>>;
  args?: readonly string[];
};

function locked(...sources: string[]): string {
  return sources
    .map((source) => `provider "registry.terraform.io/${source}" {\n  version = "1.0.0"\n}\n`)
    .join("");
}

function root(
  name: string,
  text: string,
  more: Record<string, string> = {},
  ...args: string[]
): OrdinaryRoot {
  const files = { "net/.terraform.lock.hcl": locked("hashicorp/aws"), "net/main.tf": text, ...more };
  return args.length === 0 ? { name, files } : { name, files, args };
}

/** Roots that must not be refused. */
export const ordinaryRoots: readonly OrdinaryRoot[] = [
  root(
    "a network with a remote state and default tags",
    `terraform {
  required_version = ">= 1.5, < 2.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
  backend "s3" {
    bucket         = "acme-terraform-state"
    key            = "prod/network/terraform.tfstate"
    region         = "eu-west-1"
    dynamodb_table = "terraform-locks"
    encrypt        = true
    assume_role = {
      role_arn = "arn:aws:iam::123456789012:role/state"
    }
  }
}

provider "aws" {
  region              = var.region
  profile             = var.profile
  allowed_account_ids = [var.account_id]
  assume_role {
    role_arn     = "arn:aws:iam::\${var.account_id}:role/terraform"
    session_name = "terraform-\${terraform.workspace}"
  }
  default_tags {
    tags = merge(local.tags, { Exec = "none" })
  }
}

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

variable "region" {
  type    = string
  default = "eu-west-1"
  validation {
    condition     = can(regex("^[a-z]{2}-", var.region))
    error_message = "Not a region: \${var.region}."
  }
}
variable "profile" {
  type    = string
  default = null
}
variable "account_id" {
  type = string
}
variable "subnets" {
  type = map(object({ cidr = string, public = optional(bool, false) }))
}

locals {
  tags  = { Team = "network", Environment = terraform.workspace }
  cidrs = { for name, one in var.subnets : name => one.cidr if !one.public }
  az    = slice(data.aws_availability_zones.all.names, 0, min(3, length(var.subnets)))
}

data "aws_availability_zones" "all" {
  state = "available"
}

resource "aws_subnet" "this" {
  for_each          = var.subnets
  vpc_id            = aws_vpc.this.id
  cidr_block        = each.value.cidr
  availability_zone = element(local.az, index(keys(var.subnets), each.key))
  tags              = { Name = format("%s-%02d", each.key, length(each.key) % 3) }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [tags["LastSeen"]]
    precondition {
      condition     = var.account_id != "" && !startswith(each.key, "-")
      error_message = <<-EOT
        The name \${each.key} is none.
      EOT
    }
  }
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

output "subnet_ids" {
  value = values(aws_subnet.this)[*].id
}
`,
    {
      "net/terraform.tfvars": 'account_id = "123456789012"\nsubnets = {\n  a = { cidr = "10.0.1.0/24" }\n}\n',
    },
    "plan",
    "-var",
    "region=eu-central-1",
  ),
  root(
    "a cluster of Amazon's with its charts",
    `provider "kubernetes" {
  host                   = module.eks.cluster_endpoint
  cluster_ca_certificate = base64decode(module.eks.cluster_ca)
  token                  = data.aws_eks_cluster_auth.this.token
}
provider "helm" {
  kubernetes {
    host                   = data.aws_eks_cluster.this.endpoint
    cluster_ca_certificate = base64decode(data.aws_eks_cluster.this.certificate_authority[0].data)
    token                  = data.aws_eks_cluster_auth.this.token
  }
}
module "eks" {
  source = "../modules/eks"
  name   = "prod"
}
data "aws_eks_cluster" "this" {
  name = module.eks.name
}
data "aws_eks_cluster_auth" "this" {
  name = module.eks.name
}
data "tls_certificate" "eks" {
  url = data.aws_eks_cluster.this.identity[0].oidc[0].issuer
}
resource "helm_release" "ingress" {
  name       = "ingress-nginx"
  repository = "https://kubernetes.github.io/ingress-nginx"
  chart      = "ingress-nginx"
  version    = "4.11.3"
  values     = [templatefile("\${path.module}/values/ingress.yaml.tpl", { replicas = var.replicas, hosts = ["a", "b"] })]
  set {
    name  = "controller.kind"
    value = "DaemonSet"
  }
}
resource "helm_release" "own" {
  name  = "own"
  chart = "\${path.module}/charts/own"
}
variable "replicas" {
  default = 3
}
`,
    {
      "modules/eks/main.tf":
        'variable "name" {}\nresource "aws_eks_cluster" "this" {\n  count = 1\n  name  = var.name\n}\noutput "name" {\n  value = var.name\n}\noutput "cluster_endpoint" {\n  value = try(aws_eks_cluster.this[0].endpoint, null)\n}\noutput "cluster_ca" {\n  value = one(aws_eks_cluster.this[*].certificate_authority[0].data)\n}\n',
      "net/values/ingress.yaml.tpl":
        "replicas: ${replicas}\n%{ for host in hosts ~}\n- ${upper(host)}\n%{ endfor ~}\n$${ESCAPED}\n",
      "net/charts/own/Chart.yaml": "name: own\n",
      "net/.terraform.lock.hcl": locked(
        "hashicorp/aws",
        "hashicorp/kubernetes",
        "hashicorp/helm",
        "hashicorp/tls",
      ),
    },
  ),
  root(
    "a cluster of Google's",
    `terraform {
  backend "gcs" {
    bucket = "acme-state"
    prefix = "prod"
  }
}
provider "google" {
  project = var.project
  region  = "europe-west1"
  default_labels = {
    team = "x"
  }
}
provider "google-beta" {
  project                     = var.project
  impersonate_service_account = "tf@\${var.project}.iam.gserviceaccount.com"
}
data "google_client_config" "default" {}
provider "kubernetes" {
  host                   = "https://\${google_container_cluster.this.endpoint}"
  token                  = data.google_client_config.default.access_token
  cluster_ca_certificate = base64decode(google_container_cluster.this.master_auth[0].cluster_ca_certificate)
}
resource "google_container_cluster" "this" {
  provider = google-beta
  name     = "x"
}
variable "project" {
  type = string
}
`,
  ),
  root(
    "a cluster of Azure's",
    `terraform {
  backend "azurerm" {
    resource_group_name  = "rg"
    storage_account_name = "acmestate"
    container_name       = "tfstate"
    key                  = "prod.tfstate"
    use_azuread_auth     = true
  }
}
provider "azurerm" {
  features {
    key_vault {
      purge_soft_delete_on_destroy = false
    }
  }
  subscription_id                 = var.subscription_id
  resource_provider_registrations = "none"
}
provider "azuread" {
  tenant_id = var.tenant_id
}
provider "kubernetes" {
  host                   = azurerm_kubernetes_cluster.this.kube_config.0.host
  client_certificate     = base64decode(azurerm_kubernetes_cluster.this.kube_config.0.client_certificate)
  client_key             = base64decode(azurerm_kubernetes_cluster.this.kube_config[0].client_key)
  cluster_ca_certificate = base64decode(azurerm_kubernetes_cluster.this.kube_config.0.cluster_ca_certificate)
}
variable "subscription_id" {}
variable "tenant_id" {}
resource "azurerm_kubernetes_cluster" "this" {
  name = "x"
}
`,
  ),
  root(
    "other roots' states, by region and workspace",
    `data "terraform_remote_state" "network" {
  backend   = "s3"
  workspace = terraform.workspace
  config = {
    bucket = "\${var.company}-state"
    key    = "env:/\${terraform.workspace}/network.tfstate"
    region = var.region
    assume_role = {
      role_arn = var.role
    }
  }
  defaults = {
    vpc_id = null
  }
}
data "terraform_remote_state" "all" {
  for_each = toset(["dns", "iam"])
  backend  = "gcs"
  config   = merge(local.base, { prefix = each.key })
}
data "terraform_remote_state" "local" {
  backend = "local"
  config = {
    path = "\${path.module}/../dns/terraform.tfstate"
  }
}
locals {
  base = { bucket = "x" }
}
variable "company" {
  default = "acme"
}
variable "region" {
  default = "eu-west-1"
}
variable "role" {
  default = ""
}
resource "aws_instance" "x" {
  subnet_id = data.terraform_remote_state.network.outputs.subnets["a"]
}
`,
  ),
  root(
    "policies and functions from files, by name",
    `locals {
  functions = {
    resize = { handler = "index.handler", memory = 512 }
    notify = { handler = "main.run", memory = 128 }
  }
  policies = [for f in fileset("\${path.module}/policies", "**/*.json") : jsondecode(file("\${path.module}/policies/\${f}"))]
  teams    = { for f in fileset(path.module, "teams/*.yaml") : trimsuffix(basename(f), ".yaml") => yamldecode(file("\${path.module}/\${f}")) }
  common   = file("../shared/common.json")
  script   = file(var.script)
}
variable "script" {
  description = "What is run at boot."
  default     = "scripts/boot.sh"
}
data "archive_file" "function" {
  for_each    = local.functions
  type        = "zip"
  source_dir  = "\${path.module}/functions/\${each.key}"
  output_path = "\${path.module}/build/\${each.key}.zip"
}
resource "aws_lambda_function" "this" {
  for_each         = local.functions
  filename         = data.archive_file.function[each.key].output_path
  source_code_hash = filebase64sha256("\${path.module}/functions/\${each.key}/index.js")
  handler          = each.value.handler
  environment {
    variables = { CONFIG = templatefile("\${path.root}/templates/\${each.key}.tpl", merge(each.value, { env = terraform.workspace })) }
  }
}
resource "aws_iam_policy" "this" {
  count  = 2
  policy = file("\${path.module}/policies/\${count.index}.json")
}
resource "aws_iam_role_policy" "env" {
  policy = fileexists("\${path.module}/env/\${terraform.workspace}.json") ? file("\${path.module}/env/\${terraform.workspace}.json") : "{}"
}
module "queue" {
  for_each = toset(["a", "b"])
  source   = "../modules/queue"
  policy   = "\${path.module}/policies/\${each.key}.json"
  name     = each.value
}
`,
    {
      "net/policies/0.json": "{}",
      "net/policies/a.json": "{}",
      "net/templates/resize.tpl": "m=${memory}",
      "net/templates/notify.tpl": "m=${memory} ${env}",
      "net/scripts/boot.sh": "#!/bin/sh\n",
      "shared/common.json": "{}",
      "modules/queue/main.tf":
        'variable "policy" {}\nvariable "name" {}\nresource "aws_sqs_queue" "this" {\n  name   = var.name\n  policy = templatefile(var.policy, { queue = var.name })\n}\n',
      "net/policies/b.json": '{"x": "${queue}"}',
      "net/teams/x.yaml": "a: 1\n",
    },
  ),
  root(
    "what data tells of the rendered kind",
    `data "template_file" "init" {
  template = file("\${path.module}/init.tpl")
  vars = {
    name = var.name
  }
}
data "template_file" "inline" {
  template = <<-EOF
    hello $\${name}
  EOF
  vars = { name = "x" }
}
data "cloudinit_config" "x" {
  gzip = true
  part {
    content_type = "text/x-shellscript"
    content      = data.template_file.init.rendered
  }
}
resource "random_password" "x" {
  length = 20
}
resource "tls_private_key" "x" {
  algorithm = "RSA"
}
resource "time_sleep" "x" {
  create_duration = "30s"
}
data "vault_generic_secret" "x" {
  path = "secret/\${var.name}"
}
data "aws_iam_policy_document" "x" {
  dynamic "statement" {
    for_each = { for b in ["a", "b"] : b => "arn:aws:s3:::\${b}" }
    iterator = bucket
    content {
      sid       = bucket.key
      actions   = ["s3:GetObject"]
      resources = [bucket.value, "\${bucket.value}/*"]
    }
  }
}
provider "vault" {
  address = "https://vault.acme.example:8200"
  token   = var.token
}
provider "consul" {
  address    = var.consul
  datacenter = "dc1"
}
variable "consul" {
  default = "consul.acme.example:8501"
}
variable "name" {
  default = "x"
}
variable "token" {
  sensitive = true
  default   = ""
}
`,
    {
      "net/init.tpl": '#!/bin/bash\necho "${name}" $(date) $HOME $${HOME}\n',
      "net/.terraform.lock.hcl": locked("hashicorp/template", "hashicorp/vault"),
    },
  ),
  root(
    "tests, moves, imports and checks",
    `moved {
  from = aws_instance.a
  to   = module.m.aws_instance.a
}
import {
  for_each = { a = "i-1" }
  to       = aws_instance.b[each.key]
  id       = each.value
}
removed {
  from = aws_instance.c
  lifecycle {
    destroy = false
  }
}
check "dns" {
  data "aws_route53_zone" "x" {
    name = "acme.example"
  }
  assert {
    condition     = data.aws_route53_zone.x.zone_id != ""
    error_message = "No zone."
  }
}
resource "aws_instance" "b" {
  for_each = toset(["a"])
  ami      = provider::aws::arn_parse("arn:aws:ec2:x").region
  user_data = join("\\n", [
    "#!/bin/sh", # a comment, with "quotes
    <<-EOT
      echo \${each.key} > /tmp/x
    EOT
    , "exit 0",
  ])
}
module "m" {
  source = "./m"
}
`,
    {
      "net/m/main.tf": 'resource "aws_instance" "a" {}\n',
      "net/tests/a.tftest.hcl":
        'mock_provider "aws" {}\nvariables {\n  x = 1\n}\nrun "a" {\n  command = plan\n  assert {\n    condition     = run.a.x == 1\n    error_message = "x"\n  }\n}\n',
    },
  ),
  root("a root in JSON", "", {
    "net/main.tf.json": JSON.stringify({
      "//": "made by a program",
      terraform: [
        {
          backend: { s3: { bucket: "b", key: "k", region: "eu-west-1" } },
          required_providers: { aws: { source: "hashicorp/aws", version: "5.0" } },
        },
      ],
      provider: { aws: [{ region: "${var.region}" }, { alias: "west", region: "us-west-2" }] },
      variable: { region: { default: "eu-west-1", type: "string" } },
      locals: { names: ["a", "b"], text: '${file("${path.module}/x.txt")}' },
      resource: {
        aws_instance: { x: { provider: "aws.west", ami: "ami-1", tags: { Name: "${local.names[0]}" } } },
      },
    }),
    "net/x.txt": "x",
  }),
  root(
    "modules that pass providers and paths on",
    `provider "aws" {
  alias  = "dns"
  region = var.region
  ignore_tags {
    key_prefixes = ["kubernetes.io/"]
  }
}
variable "region" {}
module "a" {
  source    = "../modules/a"
  providers = { aws = aws.dns, aws.other = aws }
  templates = { x = "\${path.module}/templates/x.tpl", y = "templates/y.tpl" }
}
`,
    {
      "net/templates/x.tpl": "${n}",
      "net/templates/y.tpl": "y",
      "modules/a/main.tf":
        'terraform {\n  required_providers {\n    aws = {\n      source                = "registry.terraform.io/hashicorp/aws"\n      configuration_aliases = [aws.other]\n    }\n  }\n}\nvariable "templates" {\n  type = map(string)\n}\nmodule "b" {\n  source   = "../b"\n  template = var.templates["x"]\n}\nresource "aws_ssm_parameter" "x" {\n  for_each = var.templates\n  value    = templatefile(each.value, { n = each.key })\n}\n',
      "modules/b/main.tf":
        'variable "template" {}\noutput "x" {\n  value = templatefile(var.template, { n = file("${path.module}/n.txt") })\n}\n',
      "modules/b/n.txt": "n",
    },
    "plan",
    "-var-file=../env/prod.tfvars",
  ),
].map((one) =>
  one.args?.includes("-var-file=../env/prod.tfvars")
    ? { ...one, files: { ...one.files, "env/prod.tfvars": 'region = "eu-west-1"\n' } }
    : one,
);
