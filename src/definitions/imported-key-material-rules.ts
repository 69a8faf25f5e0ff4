import { parseFingerprint } from "../engine/fingerprint";
import { checkMaterialDescription } from "../engine/key-offer";
import { keySpecs, type KeySpec } from "../engine/key-spec";
import type { KmsProfile } from "../engine/kms-profile";
import { checkLifetime, lifetimeFrom } from "../engine/lifetime";
import { chooseWrapping } from "../engine/wrapping-choice";
import { type Fault, faultIf, faultsOf, type Written } from "./fault";
import type { ValuesOf } from "./field";
import type { importedKeyMaterialFields } from "./imported-key-material";
import type { KnownClouds } from "./known-clouds";

export type ImportedKeyMaterialValues = ValuesOf<typeof importedKeyMaterialFields>;

export type WrittenMaterial = Written<ImportedKeyMaterialValues>;

/** What is known of the key that material is for, beside its ARN. */
export interface KeyOfMaterial {
  readonly profile?: KmsProfile | undefined;
  readonly keySpec?: KeySpec | undefined;
  readonly isReplica: boolean;
}

/** What is wrong with the configuration of key material, beside single values that do not fit their fields. */
export function importedKeyMaterialFaults(written: WrittenMaterial, clouds: KnownClouds): readonly Fault[] {
  const { keyArn } = written.args;
  const unreadable = keyArn === undefined ? [] : faultsOf("key_arn", () => clouds.keyOfArn(keyArn, "key_arn"));
  const isKnown = keyArn !== undefined && unreadable.length === 0;
  const profile = isKnown ? clouds.profiles[clouds.keyOfArn(keyArn, "key_arn").kms] : undefined;
  return [...unreadable, ...materialFaults(written, { profile, isReplica: false })];
}

/** The same of material in a key of which more may be known than its ARN. */
export function materialFaults(written: WrittenMaterial, key: KeyOfMaterial): readonly Fault[] {
  return [
    ...sourceFaults(written),
    ...fingerprintFaults(written, key),
    ...lifetimeFaults(written, key),
    ...wrappingFaults(written, key),
    ...descriptionFaults(written, key),
    ...successionFaults(written, key),
  ];
}

/** What is empty counts as not given: a pipeline leaves a secret so that a run may not see. */
function sourceFaults({ args, set }: WrittenMaterial): readonly Fault[] {
  const isGiven = (name: "keyMaterialWo" | "keyMaterialSource"): boolean =>
    set.has(name) && (args[name] === undefined || /\S/.test(args[name]));
  return faultIf(
    isGiven("keyMaterialWo") && isGiven("keyMaterialSource"),
    "key_material_source",
    "`key_material_source` and `key_material_wo` are both set. Remove one of them.",
    "Two Sources of Key Material",
  );
}

function fingerprintFaults({ args: { fingerprint } }: WrittenMaterial, { keySpec }: KeyOfMaterial): readonly Fault[] {
  if (fingerprint === undefined) return [];
  const malformed = faultsOf("fingerprint", () => parseFingerprint(fingerprint, "fingerprint"));
  if (malformed.length > 0 || keySpec === undefined) return malformed;
  const [kind, wanted] = [fingerprint.slice(0, fingerprint.indexOf(":")), fingerprintKind(keySpec)];
  return faultIf(
    kind !== wanted,
    "fingerprint",
    `\`fingerprint\` begins with ${kind}:, and that of material for ${keySpec} begins with ${wanted}:, so these are other bytes. Take the one that \`byok fingerprint\` prints for this key's.`,
  );
}

/** The sizes of AES keys have a CMAC; see the grammar of fingerprints. */
function fingerprintKind(keySpec: KeySpec): "cmac" | "hmac" | "spki" {
  const shape = keySpecs[keySpec];
  if (shape.kind !== "raw") return "spki";
  return shape.bytes <= 32 && shape.bytes !== 28 ? "cmac" : "hmac";
}

/** What is not known yet may change what the others mean, and whether a date is past depends on a clock. */
function lifetimeFaults({ args, unknown }: WrittenMaterial, { profile }: KeyOfMaterial): readonly Fault[] {
  if (["validTo", "validFor", "renewBefore"].some((name) => unknown.has(name))) return [];
  return faultsOf("valid_to", () => {
    const lifetime = lifetimeFrom(args);
    if (profile !== undefined) checkLifetime(lifetime, profile, undefined);
  });
}

function wrappingFaults({ args }: WrittenMaterial, { profile, keySpec }: KeyOfMaterial): readonly Fault[] {
  if (profile === undefined || keySpec === undefined) return [];
  const { wrappingAlgorithm: algorithm, wrappingKeySpec } = args;
  return faultsOf("wrapping_algorithm", () => chooseWrapping({ keySpec, profile, algorithm, wrappingKeySpec }));
}

function descriptionFaults(
  { args }: WrittenMaterial,
  { profile, keySpec: spec, isReplica }: KeyOfMaterial,
): readonly Fault[] {
  const { materialDescription } = args;
  if (materialDescription === undefined || profile === undefined) return [];
  return faultsOf("material_description", () =>
    checkMaterialDescription(profile, materialDescription, { spec, isReplica }),
  );
}

function successionFaults({ args, set }: WrittenMaterial, { profile, keySpec }: KeyOfMaterial): readonly Fault[] {
  if (!set.has("succeeds") || profile === undefined) return [];
  const value = args.succeeds === undefined ? "`succeeds` is set" : `\`succeeds\` is ${args.succeeds}`;
  const first = "holds its first key material for life. Create another key for new bytes, and remove `succeeds`.";
  if (profile.rotationsInLife === undefined) {
    return faultIf(true, "succeeds", `${value}, and a key of ${profile.title} ${first}`);
  }
  const isSingle = keySpec !== undefined && !profile.severalMaterials.includes(keySpec);
  return faultIf(isSingle, "succeeds", `${value}, and a key of the spec ${keySpec} ${first}`);
}
