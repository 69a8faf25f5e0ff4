import type { Emulator } from "../../src/emulator/index";

/** The variables by which each of the services is reached. */
export function environment({
  emulator: { url, qkmsUrl },
}: {
  readonly emulator: Pick<Emulator, "url" | "qkmsUrl">;
}): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_KMS: url,
    AWS_ENDPOINT_URL_STS: url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "AKIAENGINE",
    AWS_SECRET_ACCESS_KEY: "engine",
    ALIBABA_CLOUD_KMS_ENDPOINT: url,
    ALIBABA_CLOUD_REGION: "cn-hangzhou",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "ENGINE",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "engine",
    QKMS_ENDPOINT_URL: qkmsUrl,
    QKMS_ACCESS_KEY_ID: "QENGINE",
    QKMS_SECRET_ACCESS_KEY: "engine",
  };
}
