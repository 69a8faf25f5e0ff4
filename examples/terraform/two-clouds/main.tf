# One set of bytes in AWS KMS and in Alibaba Cloud KMS: the same fingerprint in both, each with its own lifetime.
# Try it on the embedded KMS: see README.md.
terraform {
  required_version = ">= 1.11"

  required_providers {
    byok = {
      source = "byok/byok"
    }
  }
}

provider "byok" {
  aws {
    region = "eu-central-1"
  }
  alibaba {
    region = "cn-hangzhou"
  }
}

locals {
  bytes = "file:${abspath(path.root)}/ledger.bin?encoding=raw"
}

resource "byok_external_key" "aws" {
  description = "Ledger"
}

resource "byok_imported_key_material" "aws" {
  key_arn             = byok_external_key.aws.arn
  key_material_source = local.bytes
  valid_for           = "180d"
}

resource "byok_external_key" "alibaba" {
  kms         = "alibaba"
  description = "Ledger"
}

resource "byok_imported_key_material" "alibaba" {
  key_arn             = byok_external_key.alibaba.arn
  key_material_source = local.bytes
  valid_for           = "90d"
}

output "fingerprints" {
  value = {
    aws     = byok_imported_key_material.aws.fingerprint
    alibaba = byok_imported_key_material.alibaba.fingerprint
  }
}
