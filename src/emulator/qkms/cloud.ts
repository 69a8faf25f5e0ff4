import { awsRequestRates } from "../aws-json/quotas";
import type { EmulatedCloud, Place, Side } from "../cloud";
import type { QkmsOptions } from "./options";
import { qkmsPath, qkmsVocabulary, qkmsWire } from "./wire";

export const qkmsSide = {
  name: "qkms",
  title: "QKMS",
  path: qkmsPath,
  vocabulary: qkmsVocabulary,
  // None are documented; its requests are AWS's by their names.
  requestRates: awsRequestRates,
  wire: ({ world, quotas, options }: Side<QkmsOptions>) => qkmsWire(world, quotas, options),
  environment: ({ url }: Place) => ({
    QKMS_ENDPOINT_URL: url,
    QKMS_ACCESS_KEY_ID: "test",
    QKMS_SECRET_ACCESS_KEY: "test",
  }),
} as const satisfies EmulatedCloud;
