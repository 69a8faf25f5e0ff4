import type { EmulatedCloud, Place, Side } from "../cloud";
import { awsRequestRates } from "../aws-json/quotas";
import { awsVocabulary, awsWire } from "./wire";

export const awsSide = {
  name: "aws",
  title: "AWS",
  path: "",
  vocabulary: awsVocabulary,
  requestRates: awsRequestRates,
  wire: ({ world, quotas }: Side<undefined>) => awsWire(world, quotas),
  environment: ({ url, region }: Place) => ({
    AWS_ENDPOINT_URL_KMS: url,
    AWS_ENDPOINT_URL_STS: url,
    AWS_REGION: region,
    // Older SDKs, boto3 among them, read this one only.
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  }),
} as const satisfies EmulatedCloud;
