import { parseAlibabaKeyArn } from "../../src/kms/alibaba/arn";
import { vendorCode } from "../emulator/alibaba/support";
import { hurriedClock } from "../support/hurried-clock";
import { alibabaRegion, startAlibabaLife } from "../support/alibaba";
import Kms, { DecryptRequest, EncryptRequest } from "@alicloud/kms20160120";
import { Config } from "@alicloud/rpc-client";
import { type ContractDriver, materialContract } from "./material-contract";
import { contractTags, type KeyUser, realTimeoutMs, startRealLife } from "./real-life";

const [look, parameters, put] = ["DescribeKey", "GetParametersForImport", "ImportKeyMaterial"];

const driver: Omit<ContractDriver, "start" | "title"> = {
  wantedKey: { kms: "alibaba", region: alibabaRegion, multiRegion: false },
  requests: {
    look: [look],
    firstImport: [look, "ListResourceTags", parameters, put],
    bringBack: [look, parameters, put],
    // An earlier run may have left word that the key is to be Disabled.
    renew: [look, "ListResourceTags", parameters, put],
  },
  unusable: "Rejected.PendingImport",
  // It has one name for other bytes and for what cannot be unwrapped.
  strangeBytes: "import_refused",
  descriptions: false,
};

materialContract({
  ...driver,
  title: "Alibaba Cloud KMS, embedded",
  async start() {
    const life = await startAlibabaLife();
    const keyId = (arn: string) => ({ KeyId: parseAlibabaKeyArn(arn).keyId });
    return {
      ...life,
      // The embedded KMS is late with nothing, so nobody waits to see whether it is.
      run: () => ({ ...life.run(), clock: hurriedClock() }),
      clock: life.kms.clock,
      deleteMaterial: async (arn) => void (await life.ask("DeleteKeyMaterial", keyId(arn))),
      disable: async (arn) => void (await life.ask("DisableKey", keyId(arn))),
      scheduleDeletion: async (arn) =>
        void (await life.ask("ScheduleKeyDeletion", { ...keyId(arn), PendingWindowInDays: "7" })),
    };
  },
});

const {
  BYOK_CONTRACT_ALIBABA: wished,
  ALIBABA_CLOUD_REGION: region = alibabaRegion,
  ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId = "",
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret = "",
  ALIBABA_CLOUD_SECURITY_TOKEN: securityToken = "",
  ALIBABA_CLOUD_KMS_ENDPOINT: endpoint = `https://kms.${region}.aliyuncs.com`,
} = process.env;

// With an access key and a Region in the environment: BYOK_CONTRACT_ALIBABA=1 npx jest test/contract
if (wished === "1") {
  const wantedKey = { ...driver.wantedKey, region, tags: contractTags };
  materialContract(
    {
      ...driver,
      title: "Alibaba Cloud KMS itself",
      wantedKey,
      start: async () => startRealLife(wantedKey, names, alibabaUser()),
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

/** The vendor's own client. */
function alibabaUser(): KeyUser {
  const { host, protocol } = new URL(endpoint);
  const client = new Kms(
    new Config({
      accessKeyId,
      accessKeySecret,
      ...(securityToken === "" ? {} : { securityToken }),
      endpoint: host,
      protocol: protocol.replace(":", ""),
      regionId: region,
    }),
  );
  return {
    async encrypt(keyArn, text) {
      const { keyId } = parseAlibabaKeyArn(keyArn);
      const request = new EncryptRequest({ keyId, plaintext: text.toString("base64") });
      return (await client.encrypt(request)).ciphertextBlob;
    },
    async decrypt(ciphertextBlob) {
      try {
        const { plaintext } = await client.decrypt(new DecryptRequest({ ciphertextBlob }));
        return Buffer.from(plaintext, "base64");
      } catch (thrown) {
        const error = new Error("refused");
        error.name = vendorCode(thrown) ?? "unknown";
        throw error;
      }
    },
    close: () => {},
  };
}
