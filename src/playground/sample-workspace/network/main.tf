# A root that needs no provider from the network: terraform_data is built into terraform.
# Try: /infra apply the terraform root network

terraform {
  required_version = ">= 1.4"
}

variable "cidr" {
  description = "Address range of the network."
  type        = string
  default     = "10.20.0.0/16"
}

variable "zones" {
  description = "Zones that get a subnet each."
  type        = list(string)
  default     = ["a", "b"]
}

resource "terraform_data" "network" {
  input = {
    name = "playground"
    cidr = var.cidr
  }
}

resource "terraform_data" "subnet" {
  for_each = { for index, zone in var.zones : zone => cidrsubnet(var.cidr, 8, index) }

  input = {
    network = terraform_data.network.output.name
    zone    = each.key
    cidr    = each.value
  }
}

output "subnets" {
  description = "Zone to address range."
  value       = { for zone, subnet in terraform_data.subnet : zone => subnet.output.cidr }
}
