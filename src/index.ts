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
export type { CheckValue } from "./engine/check-values";
export type { Clock, Milliseconds } from "./engine/clock";
export { type Deadline, deadlineAfter } from "./engine/deadline";
export { ByokError, type ErrorCode, type ErrorDetails, errorCodes, isByokError, type Retry } from "./engine/errors";
export { ensureKey, type ReadAspects, type Reading, readKey, scheduleKeyDeletion } from "./engine/external-key";
export { type Fingerprint, fingerprintOfPublicKey, parseFingerprint } from "./engine/fingerprint";
export {
  applyMaterial,
  type MaterialOutcome,
  type MaterialSettings,
  recordAfter,
} from "./engine/imported-key-material";
export type { ImportProof } from "./engine/import-proof";
export { type MaterialObservation, observeMaterial, type WantedLook } from "./engine/material-observation";
export { type DeletionPolicy, type Released, releaseMaterial } from "./engine/material-release";
export { type EpochSeconds, formatInstant, parseInstant, type Seconds } from "./engine/instant";
export { KeyMaterial, type MaterialDetails } from "./engine/key-material";
export type { ReadSecret, SecretReference, SecretStores } from "./engine/secret-store";
export type { KeyMaterialSource, OfferedMaterial, WrappedForKey } from "./engine/key-material-source";
export type { ExpirationModel, KeyDescription, KeyState, MaterialEntry, Tags } from "./engine/key";
export type { KeyRecord } from "./engine/key-record";
export type {
  CallerIdentity,
  DeletionCanceling,
  DeletionScheduling,
  ImportParameters,
  KeyCreating,
  KeyEnabling,
  KeyListing,
  KeyReading,
  KeyReads,
  KeyReplicating,
  KeyRotating,
  KeyService,
  KeySettings,
  KeyWrites,
  KmsIdentity,
  MaterialDeleting,
  MaterialImport,
  MaterialImporting,
  MaterialImports,
  MaterialListing,
  NewKey,
  NewReplica,
  Observed,
  PolicyReading,
  PolicyWriting,
  TagReading,
  TagWriting,
} from "./engine/key-service";
export type { AllowedKeys, KeyLocation, KeyServices } from "./engine/key-services";
export {
  type EllipticCurve,
  type KeySpec,
  keySpecs,
  type MaterialShape,
  type MaterialShapes,
  type RsaModulusBits,
} from "./engine/key-spec";
export type { KeyOption, Kms, KmsProfile, Operation } from "./engine/kms-profile";
export { checkLifetime, type Lifetime, type LifetimeArguments, lifetimeFrom } from "./engine/lifetime";
export { type Log, type LogFields, silentLog } from "./engine/log";
export type {
  Dated,
  Deleted,
  Expired,
  Expiry,
  Imported,
  KeyFacts,
  KeyGone,
  KeyPendingDeletion,
  MaterialCondition,
  MaterialFacts,
  MaterialState,
  NeverImported,
  ToDisable,
} from "./engine/material-condition";
export type {
  AssumedRecord,
  MaterialRecord,
  ProvedRecord,
  UnimportedRecord,
  UnprovedRecord,
} from "./engine/material-record";
export type { Offer } from "./engine/offered-bytes";
export type { Outcome } from "./engine/outcome";
export type { RetryPolicy } from "./engine/retrying";
export type { IgnoredTags } from "./engine/ignored-tags";
export { type Run, startRun } from "./engine/run";
export type { WantedKey } from "./engine/wanted-key";
export type { WrappingAlgorithm } from "./engine/wrapping-algorithm";
export type { WrappingKey, WrappingKeySpec } from "./engine/wrapping-key";
export type { AlibabaSettings } from "./kms/alibaba/settings";
export type { AwsSettings } from "./kms/aws/settings";
export {
  type ConnectedKeyServices,
  keyServices,
  type KeyServicesSurroundings,
  type KmsSettings,
  type SettingsByKms,
} from "./kms/key-services";
export type { QkmsSettings } from "./kms/qkms/settings";
export type { Environment, Timeouts } from "./http/surroundings";
export type { ByteSource, MaterialSourceOptions } from "./material-sources/material-source-options";
export { sourceFromUri } from "./material-sources/source-uri";
export { systemClock } from "./system-clock";
