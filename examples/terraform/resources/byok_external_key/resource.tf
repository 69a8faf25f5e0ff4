# A key that takes key material from outside.
resource "byok_external_key" "payments" {
  description    = "Payments"
  creation_token = "production/payments"
}

# A multi-Region primary, its material, and a replica: the replica waits for the material, since a key can be
# replicated only once it has some.
resource "byok_external_key" "primary" {
  description  = "Ledger"
  multi_region = true
}

resource "byok_imported_key_material" "primary" {
  key_arn             = byok_external_key.primary.arn
  key_material_source = "file:keys/ledger.bin?encoding=raw"
}

resource "byok_external_key" "dublin" {
  region          = "eu-west-1"
  primary_key_arn = byok_imported_key_material.primary.key_arn
}

resource "byok_imported_key_material" "dublin" {
  key_arn             = byok_external_key.dublin.arn
  key_material_source = "file:keys/ledger.bin?encoding=raw"
}
