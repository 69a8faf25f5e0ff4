import type { Cloud, ConnectionOptions } from "../cloud";
import { awsArnInRegion, isAwsArn, parseAwsKeyArn, partitionOf, regionOfName } from "./arn";
import type * as connection from "./connection";
import { awsProfile } from "./profile";
import { awsSecretStores } from "./secret-stores";
import { type AwsSettings, awsSettings } from "./settings";

export const awsCloud = {
  name: "aws",
  profile: awsProfile,
  arns: {
    areMeant: isAwsArn,
    read: parseAwsKeyArn,
    inRegion: awsArnInRegion,
    partition: partitionOf,
    lookup: regionOfName,
  },
  settings: awsSettings,
  secretStores: awsSecretStores,
  connect(settings: AwsSettings, options: ConnectionOptions) {
    const { awsKeyServices }: typeof connection = require("./connection");
    return awsKeyServices(settings, options);
  },
} as const satisfies Cloud;
