terraform {
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
}

resource "byok_external_key" "payments" {
  description    = "Payments, key material from our own vault"
  creation_token = "demo/payments"
}

resource "byok_imported_key_material" "payments" {
  key_arn             = byok_external_key.payments.arn
  key_material_source = "file:payments.bin?encoding=raw"
  valid_for           = "90d"
  renew_before        = "30d"
}

output "key_arn" {
  value = byok_imported_key_material.payments.key_arn
}
