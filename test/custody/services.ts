import type { KmsName as Kms } from "../../src/kms/clouds";
import type { WantedKey } from "../../src/engine/wanted-key";
import type { KmsSettings } from "../../src/kms/key-services";
import { alibabaRegion } from "../support/alibaba";
import { type Life, startLife, testRegion } from "../support/life";

/** A KMS as the flows of a custody test have it. */
interface Service {
  readonly wantedKey: Omit<WantedKey, "spec">;
  /** @param url of the front before the embedded KMS */
  readonly settings: (url: string) => KmsSettings;
  /** The same for who is configured by the environment. */
  readonly variables: (url: string) => Readonly<Record<string, string>>;
  /** Codes with which an import is refused. */
  readonly refusals: readonly string[];
  /** Whether keys of other kinds than the default one take material. */
  readonly manySpecs: boolean;
}

export const services = {
  aws: {
    wantedKey: { kms: "aws", region: testRegion, multiRegion: false },
    settings: (url) => ({
      aws: { endpoint: url, stsEndpoint: url, region: testRegion, accessKey: "AKIAENGINE", secretKey: "engine" },
    }),
    variables: (url) => ({
      AWS_ENDPOINT_URL_KMS: url,
      AWS_ENDPOINT_URL_STS: url,
      AWS_ACCESS_KEY_ID: "AKIAENGINE",
      AWS_SECRET_ACCESS_KEY: "engine",
    }),
    refusals: [
      "InvalidCiphertextException",
      "InvalidImportTokenException",
      "ExpiredImportTokenException",
      "IncorrectKeyMaterialException",
      "IncorrectTrustAnchorException",
      "KMSInternalException",
      "ThrottlingException",
    ],
    manySpecs: true,
  },
  alibaba: {
    wantedKey: { kms: "alibaba", region: alibabaRegion, multiRegion: false },
    settings: (url) => ({
      alibaba: { endpoint: url, region: alibabaRegion, accessKey: "ENGINE", secretKey: "engine" },
    }),
    variables: (url) => ({
      ALIBABA_CLOUD_KMS_ENDPOINT: url,
      ALIBABA_CLOUD_REGION: alibabaRegion,
      ALIBABA_CLOUD_ACCESS_KEY_ID: "ENGINE",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "engine",
    }),
    refusals: [
      "InvalidKeyMaterial",
      "InvalidImportToken",
      "ExpiredImportToken",
      "Rejected.StateModifiedFailed",
      "InternalFailure",
      "Throttling.User",
    ],
    manySpecs: false,
  },
  qkms: {
    wantedKey: { kms: "qkms", region: "", multiRegion: false },
    settings: (url) => ({ qkms: { endpoint: `${url}/qkms`, accessKey: "QENGINE", secretKey: "engine" } }),
    variables: (url) => ({
      QKMS_ENDPOINT_URL: `${url}/qkms`,
      QKMS_ACCESS_KEY_ID: "QENGINE",
      QKMS_SECRET_ACCESS_KEY: "engine",
    }),
    refusals: [
      "InvalidCiphertextException",
      "InvalidImportTokenException",
      "ExpiredImportTokenException",
      "IncorrectKeyMaterialException",
      "KMSInternalException",
      "ThrottlingException",
    ],
    manySpecs: false,
  },
} as const satisfies Record<Kms, Service>;

/** All three in one embedded KMS. */
export function startServices(): Promise<Life> {
  return startLife({ alibaba: { accessKeys: { ENGINE: "engine" } }, qkms: { credentials: { QENGINE: "engine" } } });
}
