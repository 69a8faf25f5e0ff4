import type { EmulatedCloud, Place, Side } from "../cloud";
import type { AlibabaOptions } from "./options";
import { alibabaVocabulary, alibabaWire } from "./wire";

const defaultRegion = "cn-hangzhou";

export const alibabaSide = {
  name: "alibaba",
  title: "Alibaba Cloud",
  path: "",
  vocabulary: alibabaVocabulary,
  // None are documented.
  requestRates: {},
  wire({ world, quotas, options = {}, presentMs }: Side<AlibabaOptions>) {
    const { region = defaultRegion, accountId = "1234567890123456", accessKeys = { test: "test" } } = options;
    return alibabaWire(world, quotas, { region, accountId, accessKeys, presentMs });
  },
  environment: ({ url }: Place) => ({
    ALIBABA_CLOUD_KMS_ENDPOINT: url,
    ALIBABA_CLOUD_REGION: defaultRegion,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "test",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "test",
  }),
} as const satisfies EmulatedCloud;
