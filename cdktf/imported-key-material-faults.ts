import { parseFingerprint } from "../src/engine/fingerprint";
import { keySpecs, type KeySpec } from "../src/engine/key-spec";
import type { KmsProfile } from "../src/engine/kms-profile";
import { checkLifetime, lifetimeFrom } from "../src/engine/lifetime";
import { keysOf } from "../src/engine/table";
import { isWrappingAlgorithm, wrappingAlgorithms } from "../src/engine/wrapping-algorithm";
import { chooseWrapping } from "../src/engine/wrapping-choice";
import { isWrappingKeySpec, wrappingKeySpecs } from "../src/engine/wrapping-key";
import type { IExternalKey } from "./external-key";
import { type Faults, faultIf, faultsOf } from "./faults";
import type { ImportedKeyMaterialProps } from "./imported-key-material-props";
import { kmsProfiles } from "../src/kms/clouds";
import { known } from "./known";

/** What can be seen to be wrong with key material while the app runs, the bytes aside. */
export function importedKeyMaterialFaults(props: ImportedKeyMaterialProps): Faults {
  const { key } = props;
  const profile = key.kms === undefined ? undefined : kmsProfiles[key.kms];
  return [
    ...faultIf(
      props.keyMaterial !== undefined && props.keyMaterialSource !== undefined,
      "`keyMaterialSource` stands beside `keyMaterial`. Give the bytes in one way.",
    ),
    ...fingerprintFaults(known(props.fingerprint), key.keySpec),
    ...lifetimeFaults(props, profile),
    ...wrappingFaults(props, profile),
    ...descriptionFaults(known(props.materialDescription), key, profile),
    ...choiceFaults("onDeletion", known(props.onDeletion), ["reimport", "report"]),
    ...choiceFaults("deletionPolicy", known(props.deletionPolicy), ["retain", "delete"]),
  ];
}

function fingerprintFaults(text: string | undefined, keySpec: KeySpec | undefined): Faults {
  if (text === undefined) return [];
  const malformed = faultsOf(() => parseFingerprint(text, "fingerprint"));
  if (malformed.length > 0 || keySpec === undefined) return malformed;
  const [kind, wanted] = [text.slice(0, text.indexOf(":")), fingerprintKind(keySpec)];
  return faultIf(
    kind !== wanted,
    `\`fingerprint\` begins with ${kind}:, and that of material for ${keySpec} begins with ${wanted}:, so these are other bytes. Take the one that \`byok fingerprint\` prints for this key's.`,
  );
}

/** The sizes of AES keys have a CMAC; see the grammar of fingerprints. */
function fingerprintKind(keySpec: KeySpec): "cmac" | "hmac" | "spki" {
  const shape = keySpecs[keySpec];
  if (shape.kind !== "raw") return "spki";
  return shape.bytes <= 32 && shape.bytes !== 28 ? "cmac" : "hmac";
}

function lifetimeFaults(props: ImportedKeyMaterialProps, profile: KmsProfile | undefined): Faults {
  const given = [props.validTo, props.validFor, props.renewBefore];
  // What is only known later may change what the others mean.
  if (given.some((text) => text !== undefined && known(text) === undefined)) return [];
  return faultsOf(() => {
    const lifetime = lifetimeFrom(props);
    // Whether a date is past depends on the clock, and is seen by a plan.
    if (profile !== undefined) checkLifetime(lifetime, profile, undefined);
  });
}

function wrappingFaults(props: ImportedKeyMaterialProps, profile: KmsProfile | undefined): Faults {
  const [algorithm, wrappingKeySpec] = [known(props.wrappingAlgorithm), known(props.wrappingKeySpec)];
  const { keySpec } = props.key;
  if (profile !== undefined && keySpec !== undefined) {
    return faultsOf(() => chooseWrapping({ keySpec, profile, algorithm, wrappingKeySpec }));
  }
  return [
    ...faultIf(
      algorithm !== undefined && !isWrappingAlgorithm(algorithm),
      `\`wrappingAlgorithm\` is ${JSON.stringify(algorithm)}. Use one of ${keysOf(wrappingAlgorithms).join(", ")}.`,
    ),
    ...faultIf(
      wrappingKeySpec !== undefined && !isWrappingKeySpec(wrappingKeySpec),
      `\`wrappingKeySpec\` is ${JSON.stringify(wrappingKeySpec)}. Use one of ${keysOf(wrappingKeySpecs).join(", ")}.`,
    ),
  ];
}

function descriptionFaults(text: string | undefined, key: IExternalKey, profile: KmsProfile | undefined): Faults {
  if (text === undefined || profile === undefined) return [];
  const rule = profile.materialDescription;
  if (rule === undefined) return [`\`materialDescription\` is set, and ${profile.title} keeps none. Remove it.`];
  return [
    ...faultIf(
      key.isReplica,
      "`materialDescription` is set for a replica, whose material has its primary's. Remove it.",
    ),
    ...faultIf(
      key.keySpec !== undefined && !profile.severalMaterials.includes(key.keySpec),
      `\`materialDescription\` is set, and ${profile.title} keeps one for ${profile.severalMaterials.join(", ")} alone. Remove it.`,
    ),
    ...faultIf(
      text.length > rule.longest || !rule.pattern.test(text),
      `\`materialDescription\` may have up to ${rule.longest} letters, digits, blanks and the signs : / _ . -`,
    ),
  ];
}

function choiceFaults(name: string, text: string | undefined, choices: readonly string[]): Faults {
  return faultIf(
    text !== undefined && !choices.includes(text),
    `\`${name}\` is ${JSON.stringify(text)}. Use ${choices.join(" or ")}.`,
  );
}
