terraform import byok_imported_key_material.payments arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab

# One of several materials of a key: the ARN, a comma and the material's id
terraform import byok_imported_key_material.ledger_2028 arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab,0bd1a3f5c7e912460bd1a3f5c7e912460bd1a3f5c7e912460bd1a3f5c7e91246
