import { defined } from "../engine/defined";
import { isFingerprint } from "../engine/fingerprint";
import { expirationModels, keyStates, materialStates } from "../engine/key";
import type { Expiry, MaterialCondition } from "../engine/material-condition";
import type { MaterialRecord } from "../engine/material-record";
import { lifetimeIn, recordFrom, type StoredRecord } from "../engine/stored-record";
import type { Succession } from "../engine/succession";
import { isJsonObject, type Json, type JsonObject } from "./plugin/private-state";

/**
 * The record that an earlier answer kept beside the state. Undefined where it is none; a member that is not what it
 * should be is taken for absent.
 */
export function rememberedRecord(json: Json | undefined): MaterialRecord | undefined {
  const stored = isJsonObject(json) ? storedRecordIn(json) : undefined;
  return stored === undefined ? undefined : recordFrom(stored);
}

function storedRecordIn(json: JsonObject): StoredRecord | undefined {
  const { keyArn, verified, lifetime } = json;
  if (typeof keyArn !== "string" || typeof verified !== "boolean") return undefined;
  return {
    keyArn,
    verified,
    fingerprint: fingerprintIn(json["fingerprint"]),
    materialId: textIn(json["materialId"]),
    importedAt: numberIn(json["importedAt"]),
    lifetime: isJsonObject(lifetime) ? lifetimeIn(lifetime) : undefined,
    description: textIn(json["description"]),
    expirationModel: oneOf(expirationModels, json["expirationModel"]),
    validTo: numberIn(json["validTo"]),
    importedValidTo: numberIn(json["importedValidTo"]),
    seenImported: flagIn(json["seenImported"]),
    deletedEarly: flagIn(json["deletedEarly"]),
    keyDisabled: flagIn(json["keyDisabled"]),
    toDisable: flagIn(json["toDisable"]),
    noteLeft: flagIn(json["noteLeft"]),
    rebuilt: flagIn(json["rebuilt"]),
    otherMaterials: idsIn(json["otherMaterials"]),
  };
}

/** The condition that an earlier answer kept beside the state. Undefined where it is none, or lacks what it must have. */
export function rememberedCondition(json: Json | undefined): MaterialCondition | undefined {
  if (!isJsonObject(json)) return undefined;
  const { state } = json;
  const known = { otherMaterials: idsIn(json["otherMaterials"]) ?? [], keyDisabled: json["keyDisabled"] === true };
  if (state === "key_gone") return { state, ...known };
  const keyState = oneOf(keyStates, json["keyState"]);
  if (keyState === undefined) return undefined;
  if (state === "key_pending_deletion") return { state, keyState, ...known };
  const missingMaterials = idsIn(json["missingMaterials"]) ?? [];
  const living = { keyState, missingMaterials, ...known, ...set(json, "toDisable") };
  const succession = successionIn(json["succession"]);
  const empty = { ...living, ...set(json, "unlisted"), ...defined({ succession }) };
  const material = {
    ...defined({ materialId: textIn(json["materialId"]), rotation: oneOf(materialStates, json["rotation"]) }),
    lifetimePast: json["lifetimePast"] === true,
  };
  const expiry = expiryIn(json);
  if (state === "never_imported") return { state, ...empty };
  if (state === "expired" && expiry.validTo !== undefined) return { state, ...empty, ...material, ...expiry };
  if (state === "deleted") {
    return { state, ...empty, ...material, ...expiry, ...set(json, "settling"), ...set(json, "interrupted") };
  }
  if (state !== "imported") return undefined;
  return {
    state,
    ...living,
    ...material,
    ...defined({ expirationModel: oneOf(expirationModels, json["expirationModel"]) }),
    ...expiry,
    lifetimeDrift: json["lifetimeDrift"] === true,
    ...set(json, "mayInterrupt"),
    ...defined({ provedByTag: fingerprintIn(json["provedByTag"]), begun: fingerprintIn(json["begun"]) }),
  };
}

/** A flag that is absent where it is not set. */
function set<N extends string>(json: JsonObject, name: N): { readonly [K in N]?: true };
function set(json: JsonObject, name: string): object {
  return json[name] === true ? { [name]: true } : {};
}

function expiryIn(json: JsonObject): Expiry {
  const [validTo, renewalTime] = [numberIn(json["validTo"]), numberIn(json["renewalTime"])];
  if (validTo === undefined) return { renewalDue: false };
  return renewalTime === undefined
    ? { validTo, renewalDue: false }
    : { validTo, renewalTime, renewalDue: json["renewalDue"] === true };
}

/** What is not one of the kinds is left out: the apply finds it out again. */
function successionIn(json: Json | undefined): Succession | undefined {
  if (!isJsonObject(json)) return undefined;
  const { kind } = json;
  const [materialId, spec, primaryArn] = ["materialId", "spec", "primaryArn"].map((name) => textIn(json[name]));
  if (kind === "waiting") return materialId === undefined ? undefined : { kind, materialId };
  if (kind === "single") return spec === undefined ? undefined : { kind, spec };
  if (kind === "awaited") return primaryArn === undefined ? undefined : { kind, primaryArn };
  if (kind === "early" || kind === "unnamed") return { kind, current: textIn(json["current"]) };
  if (kind === "broken") return { kind, current: textIn(json["current"]), isFormer: json["isFormer"] === true };
  return kind === "new" || kind === "known" || kind === "unlisted" ? { kind } : undefined;
}

function textIn(json: Json | undefined): string | undefined {
  return typeof json === "string" ? json : undefined;
}

function numberIn(json: Json | undefined): number | undefined {
  return typeof json === "number" ? json : undefined;
}

function flagIn(json: Json | undefined): boolean | undefined {
  return typeof json === "boolean" ? json : undefined;
}

function fingerprintIn(json: Json | undefined): StoredRecord["fingerprint"] {
  return typeof json === "string" && isFingerprint(json) ? json : undefined;
}

function oneOf<T extends string>(words: readonly T[], json: Json | undefined): T | undefined {
  return words.find((word) => word === json);
}

function idsIn(json: Json | undefined): readonly string[] | undefined {
  return Array.isArray(json) ? json.filter((id) => typeof id === "string") : undefined;
}
