import { randomBytes } from "node:crypto";
import type { Emulator } from "../../../src/emulator/index";
import { member, type Reply, send, textOf } from "../support/wire";
import { wrap } from "../support/wrap";

/** Answers by the name of the recorded step: whole replies, or parts of them where only a part was recorded. */
export type Answers = Readonly<Record<string, unknown>>;
export type Script = (aws: Recording) => Promise<Answers>;

export const blob = (text: string): string => Buffer.from(text).toString("base64");

/** Sends what the recorded tests sent. */
export class Recording {
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  send(operation: string, input: unknown = {}, region?: string): Promise<Reply> {
    return send(this.#emulator, operation, input, region);
  }

  async create(input: unknown = {}, region?: string): Promise<{ id: string; arn: string; metadata: unknown }> {
    const { body } = await this.send("CreateKey", input, region);
    return {
      id: textOf(body, "KeyMetadata.KeyId"),
      arn: textOf(body, "KeyMetadata.Arn"),
      metadata: member(body, "KeyMetadata"),
    };
  }

  describe(id: string, region?: string): Promise<Reply> {
    return this.send("DescribeKey", { KeyId: id }, region);
  }

  parameters(id: string, algorithm = "RSAES_OAEP_SHA_256", wrappingKeySpec = "RSA_2048"): Promise<Reply> {
    return this.send("GetParametersForImport", {
      KeyId: id,
      WrappingAlgorithm: algorithm,
      WrappingKeySpec: wrappingKeySpec,
    });
  }

  import(id: string, parameters: Reply, material: Uint8Array, input: object = {}, algorithm = "RSAES_OAEP_SHA_256") {
    const publicKey = Buffer.from(textOf(parameters.body, "PublicKey"), "base64");
    return this.send("ImportKeyMaterial", {
      KeyId: id,
      ImportToken: textOf(parameters.body, "ImportToken"),
      EncryptedKeyMaterial: Buffer.from(wrap(algorithm, publicKey, material)).toString("base64"),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      ...input,
    });
  }

  async importNew(id: string, input: object = {}): Promise<Reply> {
    return this.import(id, await this.parameters(id), randomBytes(32), input);
  }
}
