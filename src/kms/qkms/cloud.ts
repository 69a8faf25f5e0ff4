import type { Cloud, ConnectionOptions } from "../cloud";
import { isQkmsArn, parseQkmsKeyArn } from "./arn";
import type * as connection from "./connection";
import { qkmsProfile } from "./profile";
import { type QkmsSettings, qkmsSettings } from "./settings";

export const qkmsCloud = {
  name: "qkms",
  profile: qkmsProfile,
  arns: { areMeant: isQkmsArn, read: parseQkmsKeyArn },
  settings: qkmsSettings,
  connect(settings: QkmsSettings, options: ConnectionOptions) {
    const { qkmsKeyServices }: typeof connection = require("./connection");
    return qkmsKeyServices(settings, options);
  },
} as const satisfies Cloud;
