import { deleteMaterial, importMaterial } from "../../importing";
import { Refusal } from "../../errors";
import type { Key } from "../../key";
import { unwrap, type WrappingMethod } from "../../wrapping";
import { type AwsCall, requireExternal, usableKey } from "../call";
import { unsupported, validation } from "../../aws-json/errors";
import { blob, instant, oneOf, required, text } from "../../aws-json/input";
import { epochSeconds } from "../metadata";
import { type Operation, operation } from "../operation";
import {
  hasKeyWrap,
  specRow,
  wrappingAlgorithmNames,
  wrappingAlgorithms,
  wrappingKeySpecNames,
  wrappingKeySpecs,
  type WrappingAlgorithm,
} from "../specs";
import { keyId } from "./keys";

const tokenLifeMs = 24 * 3_600_000;
const longestLifeMs = 365 * 86_400_000;
const maxBlobBytes = 6144;

const materialId = text({ min: 64, max: 64, pattern: /^[a-f0-9]+$/ });

const getParametersForImport = operation(
  {
    KeyId: keyId,
    WrappingAlgorithm: required(oneOf(wrappingAlgorithmNames)),
    WrappingKeySpec: required(oneOf(wrappingKeySpecNames)),
  },
  async (call, input) => {
    const key = usableKey(call, input.KeyId);
    requireExternal(key);
    const rsaBits = wrappingKeySpecs[input.WrappingKeySpec];
    if (rsaBits === undefined) throw unsupported(`The wrapping key spec ${input.WrappingKeySpec} is not supported.`);
    const method = requireWrapping(key, input.WrappingAlgorithm, rsaBits);
    const publicKeyDer = await call.world.wrappingKeys.publicKeyDer(rsaBits);
    const expiresAtMs = call.nowMs + tokenLifeMs;
    const token = call.world.importTokens.issue({
      keyArn: key.arn,
      method,
      rsaBits,
      expiresAtMs,
    });
    return {
      KeyId: key.arn,
      ImportToken: token.toString("base64"),
      PublicKey: publicKeyDer.toString("base64"),
      ParametersValidTo: epochSeconds(expiresAtMs),
    };
  },
  "reads",
);

const importKeyMaterial = operation(
  {
    KeyId: keyId,
    ImportToken: required(blob({ min: 1, max: maxBlobBytes })),
    EncryptedKeyMaterial: required(blob({ min: 1, max: maxBlobBytes })),
    ValidTo: instant(),
    ExpirationModel: oneOf(["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"]),
    ImportType: oneOf(["NEW_KEY_MATERIAL", "EXISTING_KEY_MATERIAL"]),
    KeyMaterialDescription: text({ max: 256, pattern: /^[a-zA-Z0-9:/_\s.-]+$/ }),
    KeyMaterialId: materialId,
  },
  (call, input) => {
    const expiresAtMs = checkedExpiry(call, input.ExpirationModel, input.ValidTo);
    const key = usableKey(call, input.KeyId);
    requireExternal(key);
    const type = input.ImportType === undefined ? undefined : importTypes[input.ImportType];
    requireMaterialChoice(key, type, input.KeyMaterialId, input.KeyMaterialDescription);
    const { importTokens, wrappingKeys, store, importEnablesDisabledKey, replicaMaterialDelayMs } = call.world;
    const ticket = importTokens.open(input.ImportToken, key.arn, call.nowMs);
    // Nothing is awaited from here on, so that of two imports with one token only the first succeeds.
    const privateKey = wrappingKeys.privateKey(ticket.rsaBits);
    if (privateKey === undefined) throw new Refusal("token_invalid");
    const bytes = unwrap(ticket.method, privateKey, input.EncryptedKeyMaterial);
    try {
      const material = importMaterial(
        store,
        key,
        {
          bytes,
          type,
          materialId: input.KeyMaterialId,
          description: input.KeyMaterialDescription,
          expiresAtMs,
          enablesDisabledKey: importEnablesDisabledKey,
          replicaMaterialDelayMs,
        },
        call.nowMs,
      );
      importTokens.used(input.ImportToken);
      return { KeyId: key.arn, ...(key.severalMaterials ? { KeyMaterialId: material.id } : {}) };
    } finally {
      bytes.fill(0);
    }
  },
);

const deleteImportedKeyMaterial = operation({ KeyId: keyId, KeyMaterialId: materialId }, (call, input) => {
  const key = usableKey(call, input.KeyId);
  requireExternal(key);
  if (!key.severalMaterials && input.KeyMaterialId !== undefined) throw symmetricOnly("KeyMaterialId");
  const material = deleteMaterial(call.world.store, key, input.KeyMaterialId, call.nowMs);
  return {
    KeyId: key.arn,
    ...(key.severalMaterials && material !== undefined ? { KeyMaterialId: material.id } : {}),
  };
});

export const importOperations: Readonly<Record<string, Operation>> = {
  GetParametersForImport: getParametersForImport,
  ImportKeyMaterial: importKeyMaterial,
  DeleteImportedKeyMaterial: deleteImportedKeyMaterial,
};

const importTypes = { NEW_KEY_MATERIAL: "new", EXISTING_KEY_MATERIAL: "existing" } as const;

/** Which wrapping suits which key: RSA keys are too large for OAEP, symmetric and HMAC keys need no key wrap. */
function requireWrapping(key: Key, algorithm: WrappingAlgorithm, rsaBits: number): WrappingMethod {
  const method = wrappingAlgorithms[algorithm];
  const row = specRow(key.spec);
  if (method === undefined || !(method.kind === "oaep" ? row.oaep : row.keyWrap && hasKeyWrap(key.region))) {
    throw unsupported(`The wrapping algorithm ${algorithm} is not supported for key spec ${key.spec}.`);
  }
  if (key.spec === "ECC_NIST_P521" && method.kind === "oaep" && rsaBits === 2048) {
    throw unsupported(`The wrapping key spec RSA_2048 is not supported with ${algorithm} for key spec ${key.spec}.`);
  }
  return method;
}

function checkedExpiry(call: AwsCall, model: string | undefined, validToMs: number | undefined): number | undefined {
  if (model === "KEY_MATERIAL_DOES_NOT_EXPIRE") {
    if (validToMs === undefined) return undefined;
    throw validation("A validTo date cannot be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE");
  }
  if (validToMs === undefined) {
    throw validation("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES");
  }
  if (validToMs <= call.nowMs) throw validation("The validTo date must be in the future");
  if (validToMs > call.nowMs + longestLifeMs) {
    throw validation("The validTo date must be at most 365 days in the future");
  }
  return validToMs;
}

function requireMaterialChoice(
  key: Key,
  type: "new" | "existing" | undefined,
  id: string | undefined,
  description: string | undefined,
): void {
  if (!key.severalMaterials) {
    if (type !== undefined) throw symmetricOnly("ImportType");
    if (id !== undefined) throw symmetricOnly("KeyMaterialId");
    if (description !== undefined) throw symmetricOnly("KeyMaterialDescription");
  }
  if (type === "new" && id !== undefined) {
    throw validation("KeyMaterialId cannot be set if the ImportType is NEW_KEY_MATERIAL");
  }
  if (key.multiRegion === "replica" && description !== undefined) {
    throw validation("KeyMaterialDescription cannot be set for a multi-Region replica key");
  }
}

function symmetricOnly(member: string) {
  return validation(`${member} can be set only for symmetric encryption KMS keys`);
}
