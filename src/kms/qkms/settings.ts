import { list, text } from "../../definitions/field";
import type { CloudSettings } from "../cloud";
import type { Settings, SettingsOf } from "../setting";

/** docs/qkms.md has the defaults in full. */
const fields = {
  access_key: {
    is: text,
    secret: true,
    harmlessAlone: true,
    description: "Access key id, with `secret_key`. Default: `QKMS_ACCESS_KEY_ID`.",
  },
  secret_key: { is: text, secret: true, description: "Secret access key. Default: `QKMS_SECRET_ACCESS_KEY`." },
  endpoint: {
    is: text,
    description: "Default: `QKMS_ENDPOINT_URL`, `https://qkms.quilibrium.com`. Plain HTTP on a loopback host only.",
  },
  region: {
    is: text,
    description: "The Region that requests are signed for; keys have none. Default: `QKMS_REGION`, `us-east-1`.",
  },
  signed_headers: {
    is: list(text),
    description: "The headers that are signed. Default: `content-type`, `host`, `x-amz-date`, `x-amz-target`.",
  },
  custom_ca_bundle: {
    is: text,
    file: true,
    description: "File of PEM certificates to trust in place of the usual ones.",
  },
} as const satisfies Settings;

/** How QKMS is reached. Everything is optional; docs/qkms.md has the defaults in full. */
export interface QkmsSettings extends SettingsOf<typeof fields> {}

export const qkmsSettings = {
  description: "How QKMS (Quilibrium) is reached. What is documented of the service is not confirmed against it.",
  fields,
  restrictions: ["allowed_account_ids"],
} as const satisfies CloudSettings;
