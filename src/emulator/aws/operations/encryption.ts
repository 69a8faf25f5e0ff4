import { currentMaterial, type Key } from "../../key";
import { given } from "../../given";
import { type AwsCall, usableKey } from "../call";
import { decrypted, encrypted, type EncryptionAlgorithm, encryptionAlgorithms } from "../encryption";
import { constraint, validation } from "../../aws-json/errors";
import { blob, listOf, oneOf, required, text, textMap } from "../../aws-json/input";
import { type Operation, useOperation } from "../operation";
import { requireAlgorithm, requireUsage } from "../usage";
import { keyId } from "./keys";

const maxPlaintextBytes = 4096;
const algorithm = oneOf(encryptionAlgorithms);
const ciphertext = blob({ min: 1, max: 6144 });
/** Lets a dry run do without a ciphertext. */
const dryRunModifiers = listOf(required(oneOf(["IGNORE_CIPHERTEXT"])));

const encrypt = useOperation(
  {
    KeyId: keyId,
    Plaintext: required(blob({ min: 1, max: maxPlaintextBytes })),
    EncryptionContext: textMap(),
    EncryptionAlgorithm: algorithm,
  },
  (call, input) => {
    const name = input.EncryptionAlgorithm ?? "SYMMETRIC_DEFAULT";
    const key = encryptionKey(call, input.KeyId, name);
    return {
      CiphertextBlob: encrypted(key, name, input.Plaintext, input.EncryptionContext ?? {}).toString("base64"),
      KeyId: key.arn,
      EncryptionAlgorithm: name,
    };
  },
);

const decrypt = useOperation(
  {
    CiphertextBlob: ciphertext,
    EncryptionContext: textMap(),
    KeyId: text({ min: 1, max: 2048 }),
    EncryptionAlgorithm: algorithm,
    DryRunModifiers: dryRunModifiers,
  },
  (call, input, dryRun) => {
    const { KeyId: id, EncryptionAlgorithm: name } = input;
    if (ignoresCiphertext(input.DryRunModifiers, dryRun)) {
      requireDecryptionKey(call, id, name, "keyId");
      return {};
    }
    const opened = decrypted(call, id, sentCiphertext(input.CiphertextBlob), name, input.EncryptionContext);
    return {
      KeyId: opened.key.arn,
      Plaintext: opened.plaintext.toString("base64"),
      EncryptionAlgorithm: opened.algorithm,
      ...given({ KeyMaterialId: opened.materialId }),
    };
  },
);

const reEncrypt = useOperation(
  {
    CiphertextBlob: ciphertext,
    SourceEncryptionContext: textMap(),
    SourceKeyId: text({ min: 1, max: 2048 }),
    SourceEncryptionAlgorithm: algorithm,
    DestinationKeyId: keyId,
    DestinationEncryptionContext: textMap(),
    DestinationEncryptionAlgorithm: algorithm,
    DryRunModifiers: dryRunModifiers,
  },
  (call, input, dryRun) => {
    const { SourceKeyId: sourceId, SourceEncryptionAlgorithm: sourceName } = input;
    const name = input.DestinationEncryptionAlgorithm ?? "SYMMETRIC_DEFAULT";
    const destination = (): Key => encryptionKey(call, input.DestinationKeyId, name);
    if (ignoresCiphertext(input.DryRunModifiers, dryRun)) {
      requireDecryptionKey(call, sourceId, sourceName, "sourceKeyId");
      destination();
      return {};
    }
    const sent = sentCiphertext(input.CiphertextBlob);
    const source = decrypted(call, sourceId, sent, sourceName, input.SourceEncryptionContext);
    const key = destination();
    const blobOut = encrypted(key, name, source.plaintext, input.DestinationEncryptionContext ?? {});
    return {
      CiphertextBlob: blobOut.toString("base64"),
      SourceKeyId: source.key.arn,
      KeyId: key.arn,
      SourceEncryptionAlgorithm: source.algorithm,
      DestinationEncryptionAlgorithm: name,
      ...given({ SourceKeyMaterialId: source.materialId }),
      ...(key.severalMaterials ? { DestinationKeyMaterialId: currentMaterial(key)?.id } : {}),
    };
  },
);

export const encryptionOperations: Readonly<Record<string, Operation>> = {
  Encrypt: encrypt,
  Decrypt: decrypt,
  ReEncrypt: reEncrypt,
};

function encryptionKey(call: AwsCall, id: string, name: EncryptionAlgorithm): Key {
  const key = usableKey(call, id, { aliases: true });
  requireUsage(key, "ENCRYPT_DECRYPT", call.operation);
  requireAlgorithm(key, "encryption", name);
  return key;
}

/** Without a ciphertext the key has to be named. @param member its path, for the error */
function requireDecryptionKey(
  call: AwsCall,
  id: string | undefined,
  name: EncryptionAlgorithm | undefined,
  member: string,
): void {
  if (id === undefined) throw constraint(null, member, "not be null");
  encryptionKey(call, id, name ?? "SYMMETRIC_DEFAULT");
}

function ignoresCiphertext(modifiers: readonly string[] | undefined, dryRun: boolean): boolean {
  if (modifiers === undefined || modifiers.length === 0) return false;
  if (!dryRun) throw validation("DryRunModifiers can be set only if DryRun is true");
  return true;
}

function sentCiphertext(sent: Buffer | undefined): Buffer {
  if (sent === undefined) throw constraint(null, "ciphertextBlob", "not be null");
  return sent;
}
