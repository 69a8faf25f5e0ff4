import type { Cloud, ConnectionOptions } from "../cloud";
import { isAlibabaArn, parseAlibabaKeyArn } from "./arn";
import type * as connection from "./connection";
import { alibabaProfile } from "./profile";
import { type AlibabaSettings, alibabaSettings } from "./settings";

export const alibabaCloud = {
  name: "alibaba",
  profile: alibabaProfile,
  arns: { areMeant: isAlibabaArn, read: parseAlibabaKeyArn },
  settings: alibabaSettings,
  secretStores: ["alibaba-secrets"],
  connect(settings: AlibabaSettings, options: ConnectionOptions) {
    const { alibabaKeyServices }: typeof connection = require("./connection");
    return alibabaKeyServices(settings, options);
  },
} as const satisfies Cloud;
