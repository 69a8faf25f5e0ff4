import type { Call } from "./call";
import { ByokError } from "./errors";
import type { ImportProof } from "./import-proof";
import type { KeyReading, KmsIdentity, MaterialDeleting } from "./key-service";

/** Why material is deleted. There is no other reason. */
export type DeletionReason =
  /** Its resource is destroyed, and `deletion_policy` is delete. */
  | { readonly kind: "destroyed" }
  /** Its resource has moved to another key, which an import has proved to hold the same bytes; `deletion_policy` is delete. */
  | { readonly kind: "moved"; readonly to: ImportProof }
  /** The KMS imports into an empty key only, and the same bytes are imported next. */
  | { readonly kind: "reimported" };

/**
 * Deletes the bytes of one material from its key, at once. Nothing else in byok does: anyone who wants it has to show that
 * an import of ours brought these bytes in, and say why.
 *
 * @param proof Of the bytes that are deleted.
 * @throws ByokError `material_not_proved` where the proof does not say which of the key's materials is meant; whatever
 * the KMS answers.
 */
export async function deleteMaterial(
  service: KmsIdentity & KeyReading & MaterialDeleting,
  proof: ImportProof,
  reason: DeletionReason,
  call: Call,
): Promise<void> {
  if (reason.kind === "moved" && (reason.to.fingerprint !== proof.fingerprint || reason.to.keyArn === proof.keyArn)) {
    throw new ByokError(
      "internal",
      "Material may be deleted after a move only where another key holds the same bytes.",
    );
  }
  await service.deleteMaterial(proof.keyArn, await idOf(service, proof, call), call);
}

/** Without an id a KMS deletes the current material, which in a key that holds several may be another one. */
async function idOf(
  service: KmsIdentity & KeyReading,
  { keyArn, materialId }: ImportProof,
  call: Call,
): Promise<string | undefined> {
  if (service.profile.severalMaterials.length === 0) return undefined;
  if (materialId !== undefined) return materialId;
  const { value: key } = await service.describe(keyArn, call);
  if (key?.materialId === undefined) return undefined;
  throw new ByokError(
    "material_not_proved",
    `The key material of ${keyArn} was not deleted: the key may hold several materials, and no import of byok's was answered with the id of this one. Apply once with the bytes at hand, which proves it, or set \`deletion_policy\` to retain.`,
    { attribute: "deletion_policy" },
  );
}
