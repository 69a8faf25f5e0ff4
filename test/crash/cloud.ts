import {
  CreateKeyCommand,
  DeleteImportedKeyMaterialCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ListKeyRotationsCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { parseAlibabaKeyArn } from "../../src/kms/alibaba/arn";
import { parseAwsKeyArn } from "../../src/kms/aws/arn";
import type { KmsName as Kms } from "../../src/kms/clouds";
import type { Emulator, EmulatorOptions } from "../../src/emulator/index";
import { startAlibabaLife } from "../support/alibaba";
import { startLife } from "../support/life";
import { startQkmsLife } from "../support/qkms";

/** One service of the embedded KMS, and what others than byok do with its keys. */
export interface Cloud {
  readonly emulator: Emulator;
  /** Gives a ciphertext of `plaintext`. */
  encrypt(keyArn: string): Promise<string>;
  /** The text, or the name of the error. */
  decrypt(ciphertext: string, keyArn: string): Promise<string>;
  enable(keyArn: string): Promise<void>;
  disable(keyArn: string): Promise<void>;
  scheduleDeletion(keyArn: string): Promise<void>;
  deleteMaterial(keyArn: string): Promise<void>;
  /** Deletes the material that the key was given first, where a key may hold several. */
  deleteFirstMaterial(keyArn: string): Promise<void>;
  /** A key of somebody else, which waits for its material as one of ours might. */
  createForeignKey(): Promise<void>;
  close(): Promise<void>;
}

export const clouds = {
  aws: async (options) => {
    const life = await startLife(options);
    return {
      emulator: life.kms,
      encrypt: async (arn) => Buffer.from(await life.encrypt(arn, regionOf(arn))).toString("base64"),
      decrypt: (ciphertext, arn) => life.decrypt(Buffer.from(ciphertext, "base64"), regionOf(arn)),
      enable: async (KeyId) => void (await life.client(regionOf(KeyId)).send(new EnableKeyCommand({ KeyId }))),
      disable: async (KeyId) => void (await life.client().send(new DisableKeyCommand({ KeyId }))),
      scheduleDeletion: async (KeyId) => void (await life.client().send(new ScheduleKeyDeletionCommand({ KeyId }))),
      deleteMaterial: async (KeyId) => void (await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId }))),
      async deleteFirstMaterial(KeyId) {
        const all = new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" });
        const { Rotations: [first] = [] } = await life.client().send(all);
        await life.client().send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: first?.KeyMaterialId }));
      },
      createForeignKey: async () => void (await life.client().send(new CreateKeyCommand(foreignKey))),
      close: () => life.close(),
    };
  },
  alibaba: async (options) => {
    const life = await startAlibabaLife(options);
    const keyId = (arn: string) => ({ KeyId: parseAlibabaKeyArn(arn).keyId });
    return {
      emulator: life.kms,
      encrypt: (arn) => life.encrypt(parseAlibabaKeyArn(arn).keyId),
      decrypt: (ciphertext) => life.decrypt(ciphertext),
      enable: async (arn) => void (await life.ask("EnableKey", keyId(arn))),
      disable: async (arn) => void (await life.ask("DisableKey", keyId(arn))),
      scheduleDeletion: async (arn) =>
        void (await life.ask("ScheduleKeyDeletion", { ...keyId(arn), PendingWindowInDays: "30" })),
      deleteMaterial: async (arn) => void (await life.ask("DeleteKeyMaterial", keyId(arn))),
      deleteFirstMaterial: onlyOneMaterial,
      createForeignKey: async () => void (await life.ask("CreateKey", foreignKey)),
      close: () => life.close(),
    };
  },
  qkms: async (options) => {
    const life = await startQkmsLife(options);
    return {
      emulator: life.kms,
      encrypt: (arn) => life.encrypt(arn),
      decrypt: (ciphertext) => life.decrypt(ciphertext),
      enable: async (KeyId) => void (await life.ask("EnableKey", { KeyId })),
      disable: async (KeyId) => void (await life.ask("DisableKey", { KeyId })),
      scheduleDeletion: async (KeyId) => void (await life.ask("ScheduleKeyDeletion", { KeyId })),
      deleteMaterial: async (KeyId) => void (await life.ask("DeleteImportedKeyMaterial", { KeyId })),
      deleteFirstMaterial: onlyOneMaterial,
      createForeignKey: async () => void (await life.ask("CreateKey", foreignKey)),
      close: () => life.close(),
    };
  },
} as const satisfies Record<Kms, (options: EmulatorOptions) => Promise<Cloud>>;

function regionOf(keyArn: string): string {
  return parseAwsKeyArn(keyArn).region;
}

async function onlyOneMaterial(): Promise<void> {
  throw new Error("A key of this KMS holds one material.");
}

const foreignKey = { Description: "of another team", Origin: "EXTERNAL" } as const;
