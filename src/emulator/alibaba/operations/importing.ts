import { Refusal } from "../../errors";
import { deleteMaterial, importMaterial } from "../../importing";
import { unwrap } from "../../wrapping";
import { requireExternal, usableKey } from "../call";
import { invalid } from "../errors";
import { blob, integer, oneOf, required, text } from "../input";
import { dateText } from "../metadata";
import { type Operation, operation } from "../operation";
import { wrappingAlgorithmNames, wrappingAlgorithms } from "../specs";
import { keyId } from "./keys";

const tokenLifeMs = 24 * 3_600_000;
const rsaBits = 2048;
/** The last instant that a date can have, in seconds. */
const latestSeconds = 253_402_300_799;

const getParametersForImport = operation(
  {
    KeyId: keyId,
    WrappingAlgorithm: required(oneOf(wrappingAlgorithmNames)),
    WrappingKeySpec: required(oneOf(["RSA_2048"])),
  },
  async (call, input) => {
    const key = usableKey(call, input.KeyId);
    requireExternal(key);
    // Keys in a KMS instance do not have this one.
    if (input.WrappingAlgorithm === "RSAES_OAEP_SHA_1" && key.wireFacts?.["dkmsInstanceId"] !== undefined) {
      throw invalid("WrappingAlgorithm");
    }
    const publicKeyDer = await call.world.wrappingKeys.publicKeyDer(rsaBits);
    const expiresAtMs = call.nowMs + tokenLifeMs;
    const token = call.world.importTokens.issue({
      keyArn: key.arn,
      method: wrappingAlgorithms[input.WrappingAlgorithm],
      rsaBits: rsaBits,
      expiresAtMs,
    });
    return {
      KeyId: key.id,
      ImportToken: token.toString("base64"),
      PublicKey: publicKeyDer.toString("base64"),
      TokenExpireTime: dateText(expiresAtMs),
    };
  },
  "reads",
);

const importKeyMaterial = operation(
  {
    KeyId: keyId,
    ImportToken: required(text({ max: 16_384 })),
    EncryptedKeyMaterial: required(blob(8192)),
    KeyMaterialExpireUnix: integer(0, latestSeconds),
  },
  (call, input) => {
    const expiresAtMs = (input.KeyMaterialExpireUnix ?? 0) * 1000;
    if (expiresAtMs !== 0 && expiresAtMs <= call.nowMs) throw invalid("KeyMaterialExpireUnix");
    const key = usableKey(call, input.KeyId);
    requireExternal(key);
    const { importTokens, wrappingKeys, store, importEnablesDisabledKey } = call.world;
    const ticket = importTokens.open(Buffer.from(input.ImportToken, "base64"), key.arn, call.nowMs);
    const privateKey = wrappingKeys.privateKey(ticket.rsaBits);
    if (privateKey === undefined) throw new Refusal("token_invalid");
    const bytes = unwrap(ticket.method, privateKey, input.EncryptedKeyMaterial);
    try {
      // The token is not used up: it may serve again as long as it lives.
      importMaterial(
        store,
        key,
        {
          bytes,
          expiresAtMs: expiresAtMs === 0 ? undefined : expiresAtMs,
          enablesDisabledKey: importEnablesDisabledKey,
        },
        call.nowMs,
      );
      return {};
    } finally {
      bytes.fill(0);
    }
  },
);

export const importOperations: Readonly<Record<string, Operation>> = {
  GetParametersForImport: getParametersForImport,
  ImportKeyMaterial: importKeyMaterial,
  DeleteKeyMaterial: operation({ KeyId: keyId }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    requireExternal(key);
    deleteMaterial(call.world.store, key, undefined, call.nowMs);
    return {};
  }),
};
