import { externalKeyFields } from "../../src/definitions/external-key";
import { externalKeyFaults, type ExternalKeyValues, ignoredTagFaults } from "../../src/definitions/external-key-rules";
import type { Fault, Written } from "../../src/definitions/fault";
import { allFaults } from "../../src/definitions/field-faults";
import { importedKeyMaterialFields } from "../../src/definitions/imported-key-material";
import {
  importedKeyMaterialFaults,
  type ImportedKeyMaterialValues,
} from "../../src/definitions/imported-key-material-rules";
import { keyRotationFields } from "../../src/definitions/key-rotation";
import { keyRotationFaults, type KeyRotationValues } from "../../src/definitions/key-rotation-rules";
import { descriptionIn, isOn, type ResourceFields } from "../../src/definitions/resource-field";
import { byDefinition, spelled } from "../../src/definitions/spelling";
import { ByokError } from "../../src/engine/errors";
import { type IgnoredTags, noIgnoredTags } from "../../src/engine/ignored-tags";
import type { KmsProfile } from "../../src/engine/kms-profile";
import { keyOfArn, kmsProfiles } from "../../src/kms/clouds";
import { checkFailure } from "./failure";
import type { Failure } from "./shape";

/** The arguments of a resource as they were read: what is known of them, and the names of what is not. */
interface Read {
  readonly args: object;
  readonly unknown: ReadonlySet<string>;
}

/**
 * What is wrong with the arguments of a key, by their fields and the rules.
 *
 * @param profile Of the KMS in the key's Region, where that is known. Default: what the KMS can do in most Regions.
 */
export function keyFailures(
  read: Read,
  profile?: KmsProfile,
  ignored: IgnoredTags = noIgnoredTags,
): readonly Failure[] {
  const profiles = profile === undefined ? kmsProfiles : { ...kmsProfiles, [profile.kms]: profile };
  const written = writtenIn<ExternalKeyValues>(externalKeyFields, read);
  const faults = allFaults(externalKeyFields, written, (fit) => [
    ...externalKeyFaults(fit, { profiles, keyOfArn }),
    ...ignoredTagFaults(fit, ignored),
  ]);
  return [...missing(externalKeyFields, written), ...faults.map(failure)];
}

/** What is wrong with the arguments of key material, by their fields and the rules. */
export function materialFailures(read: Read): readonly Failure[] {
  const clouds = { profiles: kmsProfiles, keyOfArn };
  const written = writtenIn<ImportedKeyMaterialValues>(importedKeyMaterialFields, read);
  const faults = allFaults(importedKeyMaterialFields, written, (fit) => importedKeyMaterialFaults(fit, clouds));
  return [...missing(importedKeyMaterialFields, written), ...faults.map(failure)];
}

/** What is wrong with the arguments of a rotation, by their fields and the rules. */
export function rotationFailures(read: Read): readonly Failure[] {
  const clouds = { profiles: kmsProfiles, keyOfArn };
  const written = writtenIn<KeyRotationValues>(keyRotationFields, read);
  const faults = allFaults(keyRotationFields, written, (fit) => keyRotationFaults(fit, clouds));
  return [...missing(keyRotationFields, written), ...faults.map(failure)];
}

function failure({ attribute, code, message }: Fault): Failure {
  return checkFailure(new ByokError(code, message, { attribute }), attribute);
}

function missing(fields: ResourceFields, { args, unknown }: Written<object>): readonly Failure[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const property = spelled(name, field);
    if (field.required !== true || !isOn("pulumi", field) || property in args || unknown.has(property)) return [];
    const [what = ""] = descriptionIn("pulumi", field).split(". ");
    return [{ property, reason: `is required: ${what.charAt(0).toLowerCase()}${what.slice(1)}.` }];
  });
}

/** What is not known yet may turn out not to be there, so that it does not count as set. */
function writtenIn<V>(fields: ResourceFields, read: Read): Written<Partial<V>>;
function writtenIn(fields: ResourceFields, { args, unknown }: Read): Written<object> {
  const values = byDefinition(fields, args);
  return { args: values, unknown, set: new Set(Object.keys(values)) };
}
