import { choice, flag, group, list, map, number, text } from "../../../src/definitions/field";
import type { CloudSettings } from "../../../src/kms/cloud";
import type { Settings, SettingsOf } from "../../../src/kms/setting";

const clerk = {
  clerk_name: { is: text, required: true, description: "Name of the clerk." },
  working_hours: { is: number, bounds: [1, 8], spelled: "hoursPerDay", description: "Hours of a day, 1 to 8." },
  stamps: { is: list(text), description: "Stamps that the clerk has." },
} as const satisfies Settings;

/** A field of every kind. */
const fields = {
  shelf: { is: text, description: "Shelf of keys that name none. Default: `PAPER_SHELF`." },
  secret_key: { is: text, secret: true, description: "Key of the archive." },
  badge: { is: text, secret: true, harmlessAlone: true, description: "Number of the badge, with `secret_key`." },
  ink: { is: choice("blue", "black"), description: "Ink of new entries. Default: `blue`." },
  catalogue: { is: text, file: true, description: "File with the catalogue." },
  is_fireproof: { is: flag, description: "Whether the archive is fireproof. Default: `false`." },
  labels: { is: map(text), description: "Labels of the archive." },
  clerk: { is: group(clerk), description: "Who fetches keys." },
  keepers: { is: list(group(clerk)), description: "Who watches over keys." },
} as const satisfies Settings;

export interface PaperSettings extends SettingsOf<typeof fields> {}

export const paperSettings = {
  description: "How the archive is reached.",
  fields,
  restrictions: ["allowed_regions"],
} as const satisfies CloudSettings;
