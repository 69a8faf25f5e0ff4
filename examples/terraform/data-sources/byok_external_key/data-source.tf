data "byok_external_key" "payments" {
  key_id = "alias/payments"
}

output "payments_key_expires" {
  value = data.byok_external_key.payments.valid_to
}

output "payments_key_materials" {
  value = data.byok_external_key.payments.key_materials
}
