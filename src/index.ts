/**
 * byok as a library: the import engine, the sources of key material, and the KMSs that they reach.
 *
 * ```ts
 * const services = keyServices({ aws: { region: "eu-central-1" } }, { clock: systemClock, log: silentLog });
 * const run = startRun({ clock: systemClock, log: silentLog, services, allowed: {} });
 * const { record: key } = await ensureKey(run, { kms: "aws", region: "eu-central-1", multiRegion: false }, undefined);
 * const wanted = { keyArn: key.arn, lifetime: lifetimeFrom({ validFor: "90d" }), onDeletion: "reimport" as const };
 * const source = sourceFromUri("file:payments.bin", { attribute: "key_material_source" });
 * const { record: material } = await applyMaterial(run, wanted, source, undefined);
 * ```
 */
export {
  type Action,
  type Assessment,
  assess,
  type AssessmentFacts,
  type RowName,
  type WantedMaterial,
} from "./engine/assessment";
export type { Call } from "./engine/call";
export type { Clock } from "./engine/clock";
export { type Deadline, deadlineAfter } from "./engine/deadline";
export { ByokError, type ErrorCode, errorCodes, isByokError } from "./engine/errors";
export { ensureKey, readKey, scheduleKeyDeletion } from "./engine/external-key";
export { type Fingerprint, fingerprintOfPublicKey, parseFingerprint } from "./engine/fingerprint";
export {
  applyMaterial,
  type MaterialOutcome,
  type MaterialSettings,
  recordAfter,
} from "./engine/imported-key-material";
export { type MaterialObservation, observeMaterial } from "./engine/material-observation";
export { releaseMaterial } from "./engine/material-release";
export { formatInstant, parseInstant } from "./engine/instant";
export { KeyMaterial } from "./engine/key-material";
export type { KeyMaterialSource, OfferedMaterial } from "./engine/key-material-source";
export type { KeyRecord } from "./engine/key-record";
export type { KeyService } from "./engine/key-service";
export type { AllowedKeys, KeyLocation, KeyServices } from "./engine/key-services";
export { type KeySpec, keySpecs } from "./engine/key-spec";
export type { KmsProfile } from "./engine/kms-profile";
export { checkLifetime, type Lifetime, lifetimeFrom } from "./engine/lifetime";
export { type Log, silentLog } from "./engine/log";
export type { MaterialCondition, MaterialState } from "./engine/material-condition";
export type { MaterialRecord } from "./engine/material-record";
export type { Offer } from "./engine/offered-bytes";
export type { Outcome } from "./engine/outcome";
export { type Run, startRun } from "./engine/run";
export type { WantedKey } from "./engine/wanted-key";
export type { AlibabaSettings } from "./kms/alibaba/settings";
export type { AwsSettings } from "./kms/aws/settings";
export { type ConnectedKeyServices, keyServices, type KmsSettings } from "./kms/key-services";
export type { QkmsSettings } from "./kms/qkms/settings";
export { sourceFromUri } from "./material-sources/source-uri";
export { systemClock } from "./system-clock";
