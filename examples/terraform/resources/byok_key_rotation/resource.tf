# A key, its first material, and new bytes that it is rotated to. What is encrypted under the first stays readable as long
# as both are in the key, so both resources stay.
resource "byok_external_key" "ledger" {}

resource "byok_imported_key_material" "ledger_2027" {
  key_arn             = byok_external_key.ledger.arn
  key_material_source = "file:keys/ledger-2027.bin?encoding=raw"
}

resource "byok_imported_key_material" "ledger_2028" {
  key_arn             = byok_external_key.ledger.arn
  key_material_source = "file:keys/ledger-2028.bin?encoding=raw"
  succeeds            = byok_imported_key_material.ledger_2027.key_material_id
}

resource "byok_key_rotation" "ledger_2028" {
  key_arn         = byok_external_key.ledger.arn
  key_material_id = byok_imported_key_material.ledger_2028.key_material_id
}

# The next year: it succeeds what the key was rotated to.
resource "byok_imported_key_material" "ledger_2029" {
  key_arn             = byok_external_key.ledger.arn
  key_material_source = "file:keys/ledger-2029.bin?encoding=raw"
  succeeds            = byok_key_rotation.ledger_2028.key_material_id
}

resource "byok_key_rotation" "ledger_2029" {
  key_arn         = byok_external_key.ledger.arn
  key_material_id = byok_imported_key_material.ledger_2029.key_material_id
}
