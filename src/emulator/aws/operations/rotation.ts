import { given } from "../../given";
import { type Key, knownMaterials, lastingMaterials } from "../../key";
import type { Material } from "../../material";
import { freshBytes, startRotation } from "../../rotation";
import { type AwsCall, namedKey, usableKey } from "../call";
import { AwsError, unsupported } from "../../aws-json/errors";
import { integer, oneOf, text } from "../../aws-json/input";
import { epochSeconds } from "../metadata";
import { type Operation, operation } from "../operation";
import { page } from "../../aws-json/paging";
import { keyId } from "./keys";

/** RotateKeyOnDemand works this often in a key's life. */
const onDemandRotations = 25;
const defaultPeriodDays = 365;
const dayMs = 86_400_000;

const listKeyRotations = operation(
  {
    KeyId: keyId,
    IncludeKeyMaterial: oneOf(["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"]),
    Limit: integer({ min: 1, max: 1000 }),
    Marker: text({ min: 1, max: 1024 }),
  },
  (call, input) => {
    const key = usableKey(call, input.KeyId);
    requireSymmetric(key);
    const all = input.IncludeKeyMaterial === "ALL_KEY_MATERIAL";
    // What waits for a rotation is listed only where it was imported.
    const listed = key.origin === "external" ? knownMaterials(key, call.nowMs) : lastingMaterials(key);
    const materials = listed
      .filter((material) => all || material.rotatedAtMs !== undefined)
      .map((material, index) => ({ material, place: String(index).padStart(8, "0") }));
    const { shown, end } = page(materials, ({ place }) => place, input, 100);
    return { Rotations: shown.map(({ material }) => rotation(key, material)), ...end };
  },
  "reads",
);

const rotateKeyOnDemand = operation({ KeyId: keyId }, async (call, input) => {
  const key = usableKey(call, input.KeyId);
  requireSymmetric(key);
  requirePrimary(key);
  const bytes = await freshBytes(key);
  if (key.onDemandRotations >= onDemandRotations) {
    throw new AwsError(
      "LimitExceededException",
      `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${key.arn}`,
    );
  }
  startRotation(call.world.store, key, bytes, call.nowMs, call.world.rotationDelayMs);
  // Without a delay it is done already.
  call.world.settle();
  return { KeyId: key.arn };
});

const getKeyRotationStatus = operation(
  { KeyId: keyId },
  (call, input) => {
    const key = namedKey(call, input.KeyId);
    // Imported material is rotated on demand only, where it is rotated at all.
    if (!key.severalMaterials) requireOwnMaterial(key);
    // The primary's is that of all Regions; a key that waits for its deletion is not rotated.
    const shared = (call.world.store.primary(key) ?? key).automaticRotation;
    const automatic = key.deletion === undefined ? shared : undefined;
    return {
      KeyId: key.arn,
      KeyRotationEnabled: automatic !== undefined,
      ...given({
        RotationPeriodInDays: automatic?.periodDays,
        NextRotationDate: epochSeconds(automatic?.nextMs),
        OnDemandRotationStartDate: epochSeconds(key.onDemandRotation?.startedAtMs),
      }),
    };
  },
  "reads",
);

const enableKeyRotation = operation(
  { KeyId: keyId, RotationPeriodInDays: integer({ min: 90, max: 2560 }) },
  (call, input) => {
    const periodDays = input.RotationPeriodInDays ?? defaultPeriodDays;
    const key = automaticallyRotatable(call, input.KeyId);
    key.automaticRotation = { periodDays, nextMs: call.nowMs + periodDays * dayMs };
    return {};
  },
);

const disableKeyRotation = operation({ KeyId: keyId }, (call, input) => {
  automaticallyRotatable(call, input.KeyId).automaticRotation = undefined;
  return {};
});

export const rotationOperations: Readonly<Record<string, Operation>> = {
  ListKeyRotations: listKeyRotations,
  RotateKeyOnDemand: rotateKeyOnDemand,
  GetKeyRotationStatus: getKeyRotationStatus,
  EnableKeyRotation: enableKeyRotation,
  DisableKeyRotation: disableKeyRotation,
};

/** @throws AwsError UnsupportedOperationException without a text, as recorded */
function requireSymmetric(key: Key): void {
  if (!key.severalMaterials) throw unsupported("");
}

/** @throws AwsError UnsupportedOperationException for a replica */
function requirePrimary(key: Key): void {
  if (key.multiRegion === "replica") throw unsupported(`${key.arn} is not a multi-region primary key.`);
}

function automaticallyRotatable(call: AwsCall, id: string): Key {
  const key = usableKey(call, id);
  requireSymmetric(key);
  requireOwnMaterial(key);
  requirePrimary(key);
  return key;
}

/** @throws AwsError UnsupportedOperationException where the material was imported */
function requireOwnMaterial(key: Key): void {
  if (key.origin === "external") {
    throw unsupported(`${key.arn} origin is EXTERNAL which is not valid for this operation.`);
  }
}

const materialStates = {
  current: "CURRENT",
  noncurrent: "NON_CURRENT",
  pending_rotation: "PENDING_ROTATION",
  pending_multi_region_import_and_rotation: "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
} as const satisfies Record<Material["role"], string>;

function rotation(key: Key, material: Material): object {
  const imported = material.bytes !== undefined;
  return {
    KeyId: key.arn,
    KeyMaterialId: material.id,
    KeyMaterialState: materialStates[material.role],
    ...(key.origin === "external" ? { ImportState: imported ? "IMPORTED" : "PENDING_IMPORT" } : {}),
    ...given({ KeyMaterialDescription: material.description }),
    ...(key.origin === "external" && imported
      ? {
          ExpirationModel: material.expiresAtMs === undefined ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES",
          ValidTo: epochSeconds(material.expiresAtMs),
        }
      : {}),
    ...madeCurrent(material),
  };
}

/** Shown only where a rotation made the material the current one. */
function madeCurrent({ rotatedAtMs }: Material): object {
  return rotatedAtMs === undefined ? {} : { RotationDate: epochSeconds(rotatedAtMs), RotationType: "ON_DEMAND" };
}
