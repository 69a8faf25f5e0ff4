import { unsupported, validation } from "../../aws-json/errors";
import { blob, instant, oneOf, required, text } from "../../aws-json/input";
import { epochSeconds } from "../../aws/metadata";
import { Refusal } from "../../errors";
import { deleteMaterial, importMaterial } from "../../importing";
import { unwrap, type WrappingMethod } from "../../wrapping";
import { type Operation, operation, type QkmsCall, requireExternal, requireImportable, usableKey } from "../call";
import { keyId } from "./keys";

/** No page says how long; the answer does. */
const tokenLifeMs = 3_600_000;
const maxBlobBytes = 6144;

const methods: ReadonlyMap<string, WrappingMethod> = new Map([
  ["RSAES_OAEP_SHA_1", { kind: "oaep", hash: "sha1" }],
  ["RSAES_OAEP_SHA_256", { kind: "oaep", hash: "sha256" }],
]);

export const importOperations: Readonly<Record<string, Operation>> = {
  GetParametersForImport: operation(
    { KeyId: keyId, WrappingAlgorithm: required(text()), WrappingKeySpec: required(text()) },
    async (call, input) => {
      const method = methods.get(input.WrappingAlgorithm);
      if (method === undefined)
        throw unsupported(`The wrapping algorithm ${input.WrappingAlgorithm} is not supported.`);
      if (input.WrappingKeySpec !== "RSA_2048") {
        throw unsupported(`The wrapping key spec ${input.WrappingKeySpec} is not supported.`);
      }
      const key = usableKey(call, input.KeyId);
      requireImportable(call, key);
      const publicKeyDer = await call.world.wrappingKeys.publicKeyDer(2048);
      const expiresAtMs = call.nowMs + tokenLifeMs;
      const token = call.world.importTokens.issue({ keyArn: key.arn, method, rsaBits: 2048, expiresAtMs });
      return {
        ImportToken: token.toString("base64"),
        KeyId: key.arn,
        ParametersValidTo: epochSeconds(expiresAtMs),
        PublicKey: publicKeyDer.toString("base64"),
      };
    },
    "reads",
  ),

  ImportKeyMaterial: operation(
    {
      KeyId: keyId,
      ImportToken: required(blob({ min: 1, max: maxBlobBytes })),
      EncryptedKeyMaterial: required(blob({ min: 1, max: maxBlobBytes })),
      ExpirationModel: required(oneOf(["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"])),
      ValidTo: instant(),
    },
    (call, input) => {
      const expiresAtMs = checkedExpiry(call, input.ExpirationModel, input.ValidTo);
      const key = usableKey(call, input.KeyId);
      requireImportable(call, key);
      const { importTokens, wrappingKeys, store, importEnablesDisabledKey } = call.world;
      const ticket = importTokens.open(input.ImportToken, key.arn, call.nowMs);
      const privateKey = wrappingKeys.privateKey(ticket.rsaBits);
      if (privateKey === undefined) throw new Refusal("token_invalid");
      const bytes = unwrap(ticket.method, privateKey, input.EncryptedKeyMaterial);
      try {
        const request = { bytes, expiresAtMs, enablesDisabledKey: importEnablesDisabledKey };
        importMaterial(store, key, request, call.nowMs);
        importTokens.used(input.ImportToken);
        return {};
      } finally {
        bytes.fill(0);
      }
    },
    "changes silently",
  ),

  DeleteImportedKeyMaterial: operation({ KeyId: keyId }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    requireExternal(key);
    deleteMaterial(call.world.store, key, undefined, call.nowMs);
    return {};
  }),
};

/** No latest date is documented. */
function checkedExpiry(
  call: QkmsCall,
  model: "KEY_MATERIAL_EXPIRES" | "KEY_MATERIAL_DOES_NOT_EXPIRE",
  validToMs: number | undefined,
): number | undefined {
  if (model === "KEY_MATERIAL_DOES_NOT_EXPIRE") {
    if (validToMs === undefined) return undefined;
    throw validation("ValidTo is for KEY_MATERIAL_EXPIRES only.");
  }
  if (validToMs === undefined) throw validation("ValidTo is required when ExpirationModel is KEY_MATERIAL_EXPIRES.");
  if (validToMs <= call.nowMs) throw validation("ValidTo must be in the future.");
  return validToMs;
}
