# Terraform 1.12 and later
import {
  to = byok_imported_key_material.payments
  identity = {
    key_arn = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}

# One of several materials of a key
import {
  to = byok_imported_key_material.ledger_2028
  identity = {
    key_arn         = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    key_material_id = "0bd1a3f5c7e912460bd1a3f5c7e912460bd1a3f5c7e912460bd1a3f5c7e91246"
  }
}
