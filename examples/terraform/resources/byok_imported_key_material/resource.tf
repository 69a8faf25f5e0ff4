# Renewed every 60 days, 30 days before it would expire. What is reviewed is the fingerprint, not the bytes.
resource "byok_imported_key_material" "payments" {
  key_arn             = byok_external_key.payments.arn
  key_material_source = "file:keys/payments.bin?encoding=raw"
  fingerprint         = "cmac:57b15fa6470dcfe680a66610383d932e"
  valid_for           = "90d"
  renew_before        = "30d"
}

# From an ephemeral variable: TF_VAR_ledger_key="$(base64 < ledger.bin)" terraform apply
variable "ledger_key" {
  type      = string
  ephemeral = true
  sensitive = true
  default   = null
}

resource "byok_imported_key_material" "ledger" {
  key_arn         = byok_external_key.ledger.arn
  key_material_wo = var.ledger_key
  valid_to        = "2027-06-30T12:00:00Z"
}

resource "byok_external_key" "payments" {}

resource "byok_external_key" "ledger" {}
