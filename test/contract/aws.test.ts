import {
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  DisableKeyCommand,
  EncryptCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { hurriedClock } from "../support/hurried-clock";
import { startLife, testRegion } from "../support/life";
import { type ContractDriver, materialContract } from "./material-contract";
import { contractTags, type KeyUser, realTimeoutMs, startRealLife } from "./real-life";

const [look, tags, list, parameters, put] = [
  "DescribeKey",
  "ListResourceTags",
  "ListKeyRotations",
  "GetParametersForImport",
  "ImportKeyMaterial",
];

const driver: Omit<ContractDriver, "start" | "title"> = {
  wantedKey: { kms: "aws", region: testRegion, multiRegion: false },
  requests: {
    look: [look],
    firstImport: [look, tags, parameters, put],
    // The key may hold several materials, so that its state does not tell which of them is gone.
    lookAtLapsed: [look, list],
    bringBack: [look, list, parameters, put],
    // An earlier run may have left word that the key is to be Disabled.
    renew: [look, tags, parameters, put],
  },
  unusable: "KMSInvalidStateException",
  strangeBytes: "different_material",
  descriptions: true,
};

materialContract({
  ...driver,
  title: "AWS KMS, embedded",
  async start() {
    const life = await startLife();
    return {
      ...life,
      // The embedded KMS is late with nothing, so nobody waits to see whether it is.
      run: () => ({ ...life.run(), clock: hurriedClock() }),
      clock: life.kms.clock,
      encrypt: async (arn) => Buffer.from(await life.encrypt(arn)).toString("base64"),
      decrypt: (ciphertext) => life.decrypt(Buffer.from(ciphertext, "base64")),
      deleteMaterial: async (KeyId) => void (await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId }))),
      disable: async (KeyId) => void (await life.client().send(new DisableKeyCommand({ KeyId }))),
      scheduleDeletion: async (KeyId) =>
        void (await life.client().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }))),
    };
  },
});

const { BYOK_CONTRACT_AWS: wished, AWS_REGION: region = "" } = process.env;

// With credentials and a Region in the environment: BYOK_CONTRACT_AWS=1 AWS_REGION=eu-central-1 npx jest test/contract
if (wished === "1") {
  const wantedKey = { ...driver.wantedKey, region, tags: contractTags };
  materialContract(
    {
      ...driver,
      title: "AWS KMS itself",
      wantedKey,
      start: async () => startRealLife(wantedKey, names, awsUser()),
    },
    { timeoutMs: realTimeoutMs },
  );
}

const names = {
  describe: look,
  tags: "ListResourceTags",
  importParameters: parameters,
  importMaterial: put,
} as const;

function awsUser(): KeyUser {
  const client = new KMSClient({ region });
  return {
    async encrypt(KeyId, Plaintext) {
      const { CiphertextBlob = Buffer.alloc(0) } = await client.send(new EncryptCommand({ KeyId, Plaintext }));
      return Buffer.from(CiphertextBlob).toString("base64");
    },
    async decrypt(ciphertext) {
      const { Plaintext } = await client.send(
        new DecryptCommand({ CiphertextBlob: Buffer.from(ciphertext, "base64") }),
      );
      return Buffer.from(Plaintext ?? []);
    },
    close: () => client.destroy(),
  };
}
