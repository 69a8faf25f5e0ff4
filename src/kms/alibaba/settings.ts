import { flag, group, number, text } from "../../definitions/field";
import type { CloudSettings } from "../cloud";
import type { Settings, SettingsOf } from "../setting";

const role = {
  role_arn: { is: text, required: true, description: "ARN of the role, `acs:ram::ACCOUNT:role/NAME`." },
  session_name: { is: text, description: "Name of the session. Default: `byok`." },
  session_expiration: {
    is: number,
    bounds: [900, 43_200],
    spelled: "durationSeconds",
    description: "Seconds that the session lasts, 900 to 43200. Default: 3600.",
  },
  policy: { is: text, description: "A session policy in JSON that narrows the role's permissions." },
  external_id: { is: text, description: "What the role's trust policy asks for." },
} as const satisfies Settings;

/** In the names of Terraform's `alicloud` provider, where it has them. docs/alibaba.md has the defaults in full. */
const fields = {
  region: {
    is: text,
    description:
      "Region of keys that name none. Default: `ALIBABA_CLOUD_REGION`, `ALIBABA_CLOUD_REGION_ID`, the profile's.",
  },
  profile: {
    is: text,
    description: "Profile of the CLI's file. Default: `ALIBABA_CLOUD_PROFILE`, the file's current one.",
  },
  access_key: {
    is: text,
    secret: true,
    harmlessAlone: true,
    description:
      "AccessKey id, with `secret_key`. Default: `ALIBABA_CLOUD_ACCESS_KEY_ID`, then the other sources of credentials.",
  },
  secret_key: { is: text, secret: true, description: "AccessKey secret." },
  security_token: { is: text, secret: true, description: "Security token of temporary credentials." },
  shared_credentials_file: {
    is: text,
    file: true,
    description: "The CLI's file. Default: `~/.aliyun/config.json`.",
  },
  ecs_role_name: { is: text, description: "Role of the ECS instance. Default: the one that the instance names." },
  credentials_uri: { is: text, description: "Where credentials can be fetched, on a loopback host." },
  endpoint: {
    is: text,
    description: "Where KMS is, in place of Alibaba Cloud's own endpoint. Plain HTTP on a loopback host only.",
  },
  sts_endpoint: {
    is: text,
    description: "Where STS is. Default: `endpoint` where that is on a loopback host, otherwise Alibaba Cloud's own.",
  },
  use_vpc_endpoint: { is: flag, description: "Whether to use the endpoints inside a VPC. Default: `false`." },
  custom_ca_bundle: {
    is: text,
    file: true,
    description: "File of PEM certificates to trust in place of the usual ones.",
  },
  assume_role: { is: group(role), description: "A RAM role to assume with the credentials that were found." },
} as const satisfies Settings;

/** How Alibaba Cloud KMS is reached. Everything is optional; docs/alibaba.md has the defaults in full. */
export interface AlibabaSettings extends SettingsOf<typeof fields> {}

/** A RAM role to assume. */
export interface AlibabaAssumeRole extends SettingsOf<typeof role> {}

export const alibabaSettings = {
  description:
    "How Alibaba Cloud KMS is reached. Everything is optional; the names are those of the `alicloud` provider where it has them.",
  fields,
  restrictions: ["allowed_account_ids", "allowed_regions"],
} as const satisfies CloudSettings;
