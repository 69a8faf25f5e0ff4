import { AWS_REQUEST_RATES } from "../aws-json/quotas";
import type { EmulatedCloud, Place, Side } from "../cloud";
import type { QkmsOptions } from "./options";
import { createQkmsWire, QKMS_PATH } from "./wire";

export const qkmsSide = {
  name: "qkms",
  title: "QKMS",
  path: QKMS_PATH,
  // None are documented; its requests are AWS's by their names.
  requestRates: AWS_REQUEST_RATES,
  wire: ({ world, quotas, options }: Side<QkmsOptions>) => createQkmsWire(world, quotas, options),
  environment: ({ url }: Place) => ({
    QKMS_ENDPOINT_URL: url,
    QKMS_ACCESS_KEY_ID: "test",
    QKMS_SECRET_ACCESS_KEY: "test",
  }),
} as const satisfies EmulatedCloud;
