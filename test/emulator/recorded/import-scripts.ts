import { randomBytes } from "node:crypto";
import { sampleMaterial } from "../support/material";
import { type Reply, textOf } from "../support/wire";
import { blob, type Script } from "./recording";

export const importSymmetric: Script = async (aws) => {
  const { id, metadata } = await aws.create({ Origin: "EXTERNAL", Description: "imported" });
  const encrypt = (): Promise<Reply> => aws.send("Encrypt", { KeyId: id, Plaintext: blob("text") });
  const before = { error: await encrypt(), describe: await aws.describe(id) };
  const parameters = await aws.parameters(id);
  const material = randomBytes(32);
  const expiring = await aws.import(id, parameters, material, { ExpirationModel: "KEY_MATERIAL_EXPIRES" });
  // The refusal has not used up the token.
  await aws.import(id, parameters, material);
  const after = await aws.describe(id);
  await aws.send("DeleteImportedKeyMaterial", { KeyId: id });
  return {
    "created-key": metadata,
    "encrypt-before-import-error": before.error,
    "describe-key-before-import": before.describe,
    "import-expiring-key-without-valid-to": expiring,
    "describe-key-after-import": after,
    "describe-key-after-deleted-import": await aws.describe(id),
    "encrypt-after-delete-error": await encrypt(),
  };
};

export const importAsymmetric: Script = async (aws) => {
  const { id, metadata } = await aws.create({
    Origin: "EXTERNAL",
    KeySpec: "ECC_NIST_P256",
    KeyUsage: "SIGN_VERIFY",
    Description: "imported",
  });
  const before = await aws.describe(id);
  await aws.import(id, await aws.parameters(id), sampleMaterial("ECC_NIST_P256").bytes);
  const after = await aws.describe(id);
  await aws.send("DeleteImportedKeyMaterial", { KeyId: id });
  return {
    "created-key": metadata,
    "describe-key-before-import": before,
    "describe-key-after-import": after,
    "describe-key-after-deleted-import": await aws.describe(id),
  };
};

export const importRsa: Script = async (aws) => {
  const { id } = await aws.create({
    Origin: "EXTERNAL",
    KeySpec: "RSA_4096",
    KeyUsage: "ENCRYPT_DECRYPT",
    Description: "test-key",
  });
  const before = await aws.describe(id);
  const algorithm = "RSA_AES_KEY_WRAP_SHA_256";
  const parameters = await aws.parameters(id, algorithm, "RSA_4096");
  await aws.import(id, parameters, sampleMaterial("RSA_4096").bytes, {}, algorithm);
  const after = await aws.describe(id);
  await aws.send("DeleteImportedKeyMaterial", { KeyId: id });
  return {
    "describe-before-import": before,
    "import-key-material-response": after,
    "describe-key-after-deleted-import": await aws.describe(id),
  };
};

export const importEcc =
  (spec: string, signing: string, algorithm: string, wrappingKeySpec: string): Script =>
  async (aws) => {
    const { id } = await aws.create({
      Origin: "EXTERNAL",
      KeySpec: spec,
      KeyUsage: "SIGN_VERIFY",
      Description: "test ecc key import",
    });
    const before = await aws.describe(id);
    const parameters = await aws.parameters(id, algorithm, wrappingKeySpec);
    await aws.import(id, parameters, sampleMaterial(spec).bytes, {}, algorithm);
    const after = await aws.describe(id);
    const message = { KeyId: id, Message: blob("message"), MessageType: "RAW", SigningAlgorithm: signing };
    const signed = await aws.send("Sign", message);
    const verified = await aws.send("Verify", { ...message, Signature: textOf(signed.body, "Signature") });
    await aws.send("DeleteImportedKeyMaterial", { KeyId: id });
    return {
      "describe-key-before-import": before,
      "describe-key-after-import": after,
      "sign-result": signed,
      "verify-result": verified,
      "describe-key-after-deleted-import": await aws.describe(id),
    };
  };

export const importHmac =
  (spec: string): Script =>
  async (aws) => {
    const { id } = await aws.create({
      Origin: "EXTERNAL",
      KeySpec: spec,
      KeyUsage: "GENERATE_VERIFY_MAC",
      Description: "test import hmac key",
    });
    const before = await aws.describe(id);
    await aws.import(id, await aws.parameters(id, "RSAES_OAEP_SHA_256", "RSA_4096"), sampleMaterial(spec).bytes);
    const after = await aws.describe(id);
    const message = { KeyId: id, Message: blob("message"), MacAlgorithm: spec.replace("_", "_SHA_") };
    const made = await aws.send("GenerateMac", message);
    const verified = await aws.send("VerifyMac", { ...message, Mac: textOf(made.body, "Mac") });
    await aws.send("DeleteImportedKeyMaterial", { KeyId: id });
    return {
      "describe-key-before-import": before,
      "describe-key-after-import": after,
      "generate-mac-response": made,
      "verify-mac-response": verified,
      "describe-key-after-deleted-import": await aws.describe(id),
    };
  };

export const rotateUpdatesMaterial: Script = async (aws) => {
  const { id, metadata } = await aws.create({
    Origin: "EXTERNAL",
    KeyUsage: "ENCRYPT_DECRYPT",
    Description: "test-key",
  });
  const encrypt = (): Promise<Reply> =>
    aws.send("Encrypt", { KeyId: id, Plaintext: blob("text"), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" });
  const parameters = await aws.parameters(id);
  const empty = await aws.describe(id);
  const imported = await aws.import(id, parameters, randomBytes(32));
  const first = { describe: await aws.describe(id), encrypt: await encrypt() };
  const added = await aws.importNew(id, { ImportType: "NEW_KEY_MATERIAL" });
  const pending = await aws.describe(id);
  return {
    "create-kms-external-key": metadata,
    "get-import-parameters-response": parameters,
    "describe-empty-key-response": empty,
    "import-key-material-response": imported,
    "describe-key-with-material-response": first.describe,
    "kms-encrypt-initial-response": first.encrypt,
    "import-new-key-material-response": added,
    "describe-key-with-new-material-response": pending,
    "rotate-key-on-demand-response": await aws.send("RotateKeyOnDemand", { KeyId: id }),
    "describe-key-after-rotation": await aws.describe(id),
    "kms-encrypt-rotated-key-response": await encrypt(),
  };
};

export const rotateDecryptsWithPrevious: Script = async (aws) => {
  const { id, metadata } = await aws.create({
    Origin: "EXTERNAL",
    KeyUsage: "ENCRYPT_DECRYPT",
    Description: "test-key",
  });
  const imported = await aws.importNew(id);
  const input = { KeyId: id, Plaintext: blob("text"), EncryptionAlgorithm: "SYMMETRIC_DEFAULT" };
  const encrypted = await aws.send("Encrypt", input);
  await aws.importNew(id, { ImportType: "NEW_KEY_MATERIAL" });
  return {
    "create-kms-external-key": metadata,
    "import-key-material-response": imported,
    "kms-encrypt-initial-response": encrypted,
    "rotate-key-on-demand-response": await aws.send("RotateKeyOnDemand", { KeyId: id }),
  };
};

export const pendingRefusesAnother: Script = async (aws) => {
  const { id } = await aws.create({ Origin: "EXTERNAL", KeyUsage: "ENCRYPT_DECRYPT", Description: "test-key" });
  return {
    "import-initial-material-response": await aws.importNew(id),
    "import-pending-material-response": await aws.importNew(id, { ImportType: "NEW_KEY_MATERIAL" }),
    "existing-pending-material-error": await aws.importNew(id, { ImportType: "NEW_KEY_MATERIAL" }),
  };
};

export const noPending: Script = async (aws) => {
  const { id } = await aws.create({ Origin: "EXTERNAL" });
  await aws.importNew(id);
  return { "rotate-key-on-demand-invalid-state-error": await aws.send("RotateKeyOnDemand", { KeyId: id }) };
};

export const rotateWithoutMaterial =
  (spec: string): Script =>
  async (aws) => {
    const { id, metadata } = await aws.create({
      Origin: "EXTERNAL",
      KeyUsage: "ENCRYPT_DECRYPT",
      Description: "test-key",
    });
    const step = `rotate-key-on-demand-error-response-${spec}`;
    return { "create-kms-external-key": metadata, [step]: await aws.send("RotateKeyOnDemand", { KeyId: id }) };
  };

export const parametersOfOwnKey =
  (step: string): Script =>
  async (aws) => ({ [step]: await aws.parameters((await aws.create()).id) });
