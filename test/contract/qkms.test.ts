import { systemClock } from "../../src/system-clock";
import { qkmsCredentials, qkmsEndpoint, signedHeaders, signingRegion } from "../../src/kms/qkms/access";
import { signedRequestHeaders } from "../../src/kms/qkms/signing";
import { hurriedClock } from "../support/hurried-clock";
import { startQkmsLife } from "../support/qkms";
import { type ContractDriver, type ContractLife, materialContract } from "./material-contract";
import { contractTags, type KeyUser, realTimeoutMs, startRealLife } from "./real-life";

const [look, tags, tag, untag, parameters, put, remove] = [
  "DescribeKey",
  "ListResourceTags",
  "TagResource",
  "UntagResource",
  "GetParametersForImport",
  "ImportKeyMaterial",
  "DeleteImportedKeyMaterial",
];

const driver: Omit<ContractDriver, "start" | "title"> = {
  wantedKey: { kms: "qkms", region: "", multiRegion: false },
  requests: {
    look: [look],
    // The intention goes onto the key before its first import; the answer proves the fingerprint.
    firstImport: [look, tags, tag, parameters, put, tag, untag],
    // What was noted for an earlier import goes with this one.
    bringBack: [look, tags, parameters, put],
    // In place first, which is refused; the key is seen to be full; then two requests that cannot succeed, which show that
    // others may be made.
    renew: [look, tags, parameters, look, parameters, put, remove, parameters, put],
    lookAtUnproved: [look, tags],
    // Whether it was byok itself that deleted it.
    lookAtDeleted: [look, tags],
  },
  unusable: "KMSInvalidStateException",
  strangeBytes: "different_material",
  descriptions: false,
};

async function startEmbedded(reimportInPlace: boolean): Promise<ContractLife> {
  const life = await startQkmsLife({ qkms: { reimportInPlace } });
  return {
    ...life,
    // The embedded KMS is late with nothing, so nobody waits to see whether it is.
    run: () => ({ ...life.run(), clock: hurriedClock() }),
    clock: life.kms.clock,
    deleteMaterial: async (KeyId) => void (await life.ask(remove, { KeyId })),
    disable: async (KeyId) => void (await life.ask("DisableKey", { KeyId })),
    scheduleDeletion: async (KeyId) => void (await life.ask("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 })),
  };
}

materialContract({ ...driver, title: "QKMS, embedded", start: () => startEmbedded(false) });

materialContract({
  ...driver,
  title: "QKMS, embedded, where it takes imports in place",
  requests: { ...driver.requests, renew: [look, tags, parameters, put] },
  start: () => startEmbedded(true),
});

// With an access key in the environment: BYOK_CONTRACT_QKMS=1 npx jest test/contract
if (process.env["BYOK_CONTRACT_QKMS"] === "1") {
  const wantedKey = { ...driver.wantedKey, tags: contractTags };
  materialContract(
    {
      ...driver,
      title: "QKMS itself",
      wantedKey,
      start: async () => startRealLife(wantedKey, names, qkmsUser()),
    },
    { timeoutMs: realTimeoutMs },
  );
}

const names = {
  describe: look,
  tags,
  tag,
  untag,
  importParameters: parameters,
  importMaterial: put,
  deleteMaterial: remove,
} as const;

/** There is no client for use of keys but the vendor's own, which is not published. */
function qkmsUser(): KeyUser {
  const { url } = qkmsEndpoint({}, process.env);
  const signing = {
    credentials: qkmsCredentials({}, process.env),
    region: signingRegion({}, process.env),
    signedHeaders: signedHeaders({}),
  };
  const ask = async (operation: string, input: object): Promise<Record<string, unknown>> => {
    const body = JSON.stringify(input);
    const target = `TrentService.${operation}`;
    const date = new Date(systemClock.now());
    const headers = await signedRequestHeaders({ url, target, body, date }, signing);
    const response = await fetch(url, { method: "POST", headers, body });
    const answer: Record<string, unknown> = JSON.parse((await response.text()) || "{}");
    if (response.ok) return answer;
    const error = new Error("refused");
    error.name = text(answer["__type"]);
    throw error;
  };
  return {
    async encrypt(KeyId, plain) {
      const { CiphertextBlob } = await ask("Encrypt", { KeyId, Plaintext: plain.toString("base64") });
      return text(CiphertextBlob);
    },
    async decrypt(CiphertextBlob) {
      const { Plaintext } = await ask("Decrypt", { CiphertextBlob });
      return Buffer.from(text(Plaintext), "base64");
    },
    close: () => {},
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
