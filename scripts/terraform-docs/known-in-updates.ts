/** Of every computed attribute: whether it stays known while the resource is updated, so that dependents need not be. */
const tables: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  byok_external_key: [
    ["`id`, `arn`, `key_id`", "always"],
    ["`kms`, `region`, `key_spec`, `key_usage`, `multi_region`, `creation_date`, `multi_region_key_type`", "always"],
    ["`description`, `policy`", "always: as configured, or as they were"],
    ["`tags`, `tags_all`", "always, unless the configured `tags` are unknown"],
    ["`primary_key_arn`", "always: as configured, or as it was"],
    ["`pending_deletion`", "unless the key is pending deletion, or was left Disabled when that was canceled"],
  ],
  byok_imported_key_material: [
    ["`id`", "as long as `key_arn` is known"],
    [
      "`fingerprint`",
      "once an import has proved the bytes; before that where it is configured, and in a plan that has read the bytes",
    ],
    [
      "`key_material_id`, `verified`",
      "once an import has proved the bytes; unknown until then. An id that was imported into the state is known before",
    ],
    ["`valid_to`", "where it is configured; unknown when the material is imported again for `valid_for`"],
    ["`key_state`, `renewal_time`, `ready_for_renewal`, `reason`", "unknown in every update"],
    [
      "`material_state`, `rotation_state`, `expiration_model`, `imported_at`",
      "unknown when the material is imported; as they were when only other settings change",
    ],
  ],
  byok_key_rotation: [
    ["`id`", "as long as `key_arn` is known"],
    [
      "`rotated_at`, `current_key_material_id`, `rotations`, `rotations_left`",
      "unknown when the key is rotated; as they were when there is nothing to do",
    ],
  ],
};

export function knownInUpdates(name: string): string {
  const rows = (tables[name] ?? []).map(([attributes, when]) => `| ${attributes} | ${when} |`);
  return `## What stays known in an update\n\n| attribute | known |\n|---|---|\n${rows.join("\n")}`;
}
