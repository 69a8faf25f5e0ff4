import { createPublicKey } from "node:crypto";
import { ByokError } from "../../src/engine/errors";
import type { MaterialSettings } from "../../src/engine/imported-key-material";
import type { KeyDescription } from "../../src/engine/key";
import { KeyMaterial } from "../../src/engine/key-material";
import type { KeyMaterialSource } from "../../src/engine/key-material-source";
import type { MaterialImport } from "../../src/engine/key-service";
import type { ProvedRecord } from "../../src/engine/material-record";
import { type Answers, answered, arn, day, now, paperKey, paperRun } from "./paper-run";
import { pem, rsa2048 } from "./private-key-spellings";
import { rejected } from "./thrown";

export const bytes = Buffer.from("a key of thirty-two bytes, ASCII");
export const { fingerprint } = KeyMaterial.take(Buffer.from(bytes));
export const source: KeyMaterialSource = {
  name: "paper:bytes",
  attribute: "key_material_source",
  open: async () => KeyMaterial.take(Buffer.from(bytes)),
};
/** A source that has nothing to give today. */
export const emptySource: KeyMaterialSource = {
  ...source,
  open: async () => {
    throw new ByokError("material_unavailable", "file:absent.bin does not exist.");
  },
};

const { expirationModel: _model, ...bare } = paperKey;
/** The key before its import, and after its material has gone. */
export const empty: KeyDescription = { ...bare, state: "PendingImport" };
export const settings: MaterialSettings = { keyArn: arn, lifetime: { kind: "forever" }, onDeletion: "reimport" };
export const record: ProvedRecord = {
  keyArn: arn,
  fingerprint,
  verified: true,
  importedAt: now - 30 * day,
  lifetime: { kind: "forever" },
  expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
};

export const publicKey = createPublicKey(pem("PRIVATE KEY", rsa2048())).export({ format: "der", type: "spki" });
export const token = Buffer.from("token");
export const denied = new ByokError("access_denied", "Refused.");

/** A KMS that takes imports of one key; what it was asked to import is kept. */
export function taking(key: KeyDescription, changes: Answers = {}) {
  const requests: MaterialImport[] = [];
  const paper = paperRun({
    describe: answered(key),
    tags: async () => ({}),
    importParameters: answered({ keyArn: arn, publicKey, token }),
    importMaterial: async (request) => {
      requests.push(request);
      return { value: { materialId: "aa" }, at: now + 1 };
    },
    ...changes,
  });
  return { ...paper, requests };
}

/** Code, argument and words of the error that an attempt ends with. */
export async function refusal(attempt: () => Promise<unknown>): Promise<unknown[]> {
  const { code, attribute, rawMessage } = await rejected(attempt());
  return [code, attribute, rawMessage];
}
