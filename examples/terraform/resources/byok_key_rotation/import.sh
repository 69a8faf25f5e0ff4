# The key's ARN, and the id of the material that the key was rotated to
terraform import byok_key_rotation.ledger_2028 arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab,0bd1a3f5c7e912460bd1a3f5c7e912460bd1a3f5c7e912460bd1a3f5c7e91246
