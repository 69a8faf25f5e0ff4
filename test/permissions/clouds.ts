import { RotateKeyOnDemandCommand } from "@aws-sdk/client-kms";
import type { KmsName as Kms } from "../../src/kms/clouds";
import type { Run } from "../../src/engine/run";
import type { WantedKey } from "../../src/engine/wanted-key";
import type { Emulator } from "../../src/emulator/index";
import type { KmsSettings } from "../../src/kms/key-services";
import { alibabaRegion, startAlibabaLife } from "../support/alibaba";
import { startLife, testRegion } from "../support/life";
import { importNewMaterial } from "../support/new-material";
import { startQkmsLife } from "../support/qkms";

/** A KMS, and what tells it from the others as far as permissions go. */
export interface Cloud {
  readonly kms: Kms;
  readonly wantedKey: WantedKey;
  /** What a key needs to be given so that it takes a policy. */
  readonly policyPlace: Partial<WantedKey>;
  /** Regions in which the flows have keys. */
  readonly regions: readonly string[];
  readonly accountId: string;
  start(): Promise<CloudLife>;
}

/** An embedded KMS, anyone who is watched, and somebody else who may do everything. */
export interface CloudLife {
  readonly kms: Emulator;
  /** The access key of the one whose permissions are looked at. */
  readonly caller: string;
  /** A new run of the one whose permissions are looked at. */
  run(allowed?: Run["allowed"]): Run;
  /** A new run of somebody who is denied nothing. */
  freeRun(): Run;
  encrypt(keyArn: string): Promise<string>;
  /** The text that `encrypt` took, or the name of the error. */
  decrypt(ciphertext: string): Promise<string>;
  /** Gives a key further material and makes it the current one. Absent where keys have one material. */
  rotate?(keyArn: string, bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

const aws: Cloud = {
  kms: "aws",
  wantedKey: { kms: "aws", region: testRegion, multiRegion: false },
  policyPlace: {},
  regions: [testRegion, "eu-west-1"],
  accountId: "111122223333",
  async start() {
    const life = await startLife();
    const { url } = life.kms;
    const reach = { endpoint: url, stsEndpoint: url, region: testRegion };
    const free: KmsSettings = { ...quick, aws: { ...reach, accessKey: "AKIAFREE", secretKey: "free" } };
    return {
      ...life,
      caller: "AKIAENGINE",
      run: (allowed = {}) => life.run({ ...quick, allowed }),
      freeRun: () => life.run(free),
      encrypt: async (arn) => Buffer.from(await life.encrypt(arn)).toString("base64"),
      decrypt: (ciphertext) => life.decrypt(Buffer.from(ciphertext, "base64")),
      async rotate(KeyId, bytes) {
        await importNewMaterial(life.client(), KeyId, bytes);
        await life.client().send(new RotateKeyOnDemandCommand({ KeyId }));
      },
    };
  },
};

const alibaba: Cloud = {
  kms: "alibaba",
  wantedKey: { kms: "alibaba", region: alibabaRegion, multiRegion: false },
  policyPlace: { dkmsInstanceId: "kst-payments" },
  regions: [alibabaRegion],
  accountId: "1234567890123456",
  async start() {
    const life = await startAlibabaLife();
    const free: KmsSettings = {
      alibaba: { endpoint: life.kms.url, region: alibabaRegion, accessKey: "test", secretKey: "test" },
    };
    return {
      ...life,
      caller: "ENGINE",
      run: (allowed = {}) => life.run({ allowed }),
      freeRun: () => life.run(free),
    };
  },
};

const qkms: Cloud = {
  kms: "qkms",
  wantedKey: { kms: "qkms", region: "", multiRegion: false },
  policyPlace: {},
  regions: [""],
  accountId: "111122223333",
  async start() {
    const life = await startQkmsLife();
    const free: KmsSettings = { qkms: { endpoint: life.kms.qkmsUrl, accessKey: "QUSER", secretKey: "user" } };
    return {
      ...life,
      caller: "QENGINE",
      run: (allowed = {}) => life.run({ allowed }),
      freeRun: () => life.run(free),
    };
  },
};

const quick = { retry: { firstPause: 1, longestPause: 1 } };

export const clouds = { aws, alibaba, qkms } as const satisfies Record<Kms, Cloud>;
