# RAM, IMS and STS of a Claviger server through Terraform's provider.
#
#     export ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI5t… ALIBABA_CLOUD_ACCESS_KEY_SECRET=…
#     terraform init && terraform apply
#
# With TLS (`claviger serve --tls auto`): protocol = "HTTPS", and the provider trusts what SSL_CERT_FILE names:
#
#     export SSL_CERT_FILE=./data/tls/cert.pem
#
# `assume_role` and `assume_role_with_oidc` of the provider call STS over TLS whatever `protocol` says: they need the
# server to have TLS, and SSL_CERT_FILE. They cannot be used with plain HTTP.

terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

variable "endpoint" {
  description = "Address of the server: host:port, without a scheme and without a slash at the end."
  type        = string
  default     = "127.0.0.1:8080"
}

provider "alicloud" {
  region                 = "cn-hangzhou"
  skip_region_validation = true

  # Otherwise each run sends a request signed with this key to a public billing host, to find out the account's type.
  account_type = "Domestic"

  # HTTP or HTTPS; the default is HTTPS.
  protocol = "HTTP"

  # All three: a product without an endpoint is called at the public cloud, with this key.
  endpoints {
    ram = var.endpoint
    ims = var.endpoint
    sts = var.endpoint
  }
}

data "alicloud_caller_identity" "current" {}

resource "alicloud_ram_user" "deploy" {
  name         = "deploy"
  display_name = "Deployments"
}

resource "alicloud_ram_group" "developers" {
  group_name = "developers"
}

resource "alicloud_ram_user_group_attachment" "deploy" {
  user_name  = alicloud_ram_user.deploy.name
  group_name = alicloud_ram_group.developers.group_name
}

resource "alicloud_ram_policy" "read_orders" {
  policy_name = "read-orders"
  policy_document = jsonencode({
    Version = "1"
    Statement = [{
      Effect   = "Allow"
      Action   = ["orders:GetOrder", "orders:ListOrders"]
      Resource = "*"
    }]
  })
}

resource "alicloud_ram_group_policy_attachment" "read_orders" {
  group_name  = alicloud_ram_group.developers.group_name
  policy_name = alicloud_ram_policy.read_orders.policy_name
  policy_type = "Custom"
}

resource "alicloud_ram_role" "operator" {
  role_name = "operator"
  assume_role_policy_document = jsonencode({
    Version = "1"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { RAM = ["acs:ram::${data.alicloud_caller_identity.current.account_id}:root"] }
    }]
  })
}

resource "alicloud_ram_role_policy_attachment" "operator" {
  role_name   = alicloud_ram_role.operator.role_name
  policy_name = "ReadOnlyAccess"
  policy_type = "System"
}

output "account" {
  value = data.alicloud_caller_identity.current.account_id
}

output "role" {
  value = alicloud_ram_role.operator.arn
}
