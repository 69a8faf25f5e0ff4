import { constants, publicEncrypt, randomBytes } from "node:crypto";
import type { Emulator, EmulatorOptions } from "../../../src/emulator/index";
import { emulator } from "../../support/emulator";
import { askQkms, type QkmsAsking, type QkmsReply } from "../../support/qkms";

/** The emulator's time at the start of each test. */
export const startMs = Date.UTC(2022, 9, 1);

interface Importing {
  readonly bytes?: Buffer;
  readonly algorithm?: string;
  readonly more?: object;
}

/** An emulator for each test of a file, and how to ask it as QKMS is asked. To be called where tests are described. */
export function qkmsSide() {
  let kms: Emulator;
  const start = async (options: EmulatorOptions = {}): Promise<void> => {
    kms = await emulator({ now: () => startMs, ...options });
  };
  beforeEach(() => start());
  afterEach(() => kms.close());

  const ask = (operation: string, input: unknown = {}, asking: QkmsAsking = {}): Promise<QkmsReply> =>
    askQkms(kms, operation, input, asking);
  const metadata = (reply: QkmsReply): Record<string, unknown> => ({ ...Object(reply.body["KeyMetadata"]) });
  const newKey = async (input: object = {}): Promise<string> =>
    String(metadata(await ask("CreateKey", { Origin: "EXTERNAL", ...input }))["Arn"]);
  const describeKey = async (KeyId: string) => metadata(await ask("DescribeKey", { KeyId }));

  async function importInto(KeyId: string, { bytes = randomBytes(32), algorithm, more }: Importing = {}) {
    const WrappingAlgorithm = algorithm ?? "RSAES_OAEP_SHA_256";
    const parameters = { KeyId, WrappingAlgorithm, WrappingKeySpec: "RSA_2048" };
    const { body, error } = await ask("GetParametersForImport", parameters);
    if (error !== "") return error;
    const key = { key: Buffer.from(String(body["PublicKey"]), "base64"), format: "der", type: "spki" } as const;
    const wrapped = publicEncrypt(
      {
        ...key,
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: WrappingAlgorithm === "RSAES_OAEP_SHA_1" ? "sha1" : "sha256",
      },
      bytes,
    );
    const reply = await ask("ImportKeyMaterial", {
      KeyId,
      ImportToken: body["ImportToken"],
      EncryptedKeyMaterial: wrapped.toString("base64"),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      ...more,
    });
    return reply.status === 200 ? reply.text : reply.error;
  }

  return {
    /** The one of this test; another after `start`. */
    get kms() {
      return kms;
    },
    start,
    ask,
    metadata,
    newKey,
    describeKey,
    importInto,
  };
}
