import { type Call, checkCall } from "./call";
import { ByokError, isByokError } from "./errors";
import type { Fingerprint } from "./fingerprint";
import { type Imported, type ImportPlan, importMaterial } from "./importing";
import type { EpochSeconds } from "./instant";
import type { Tags } from "./key";
import type { KeyService } from "./key-service";
import type { MaterialCondition } from "./material-condition";
import type { MaterialRecord } from "./material-record";
import type { Run } from "./run";
import { madeAt, settled, startSettling } from "./settling";

/**
 * Tag under which the fingerprint of a key's material stands, where the KMS takes imports into empty keys only: it proves
 * the bytes when no record does. It is set before the first import, so that no crash leaves material without it.
 */
export const fingerprintTag = "byok:fingerprint";

/**
 * Tag that says which import's material byok deleted itself, by the moment of that import in epoch seconds: 0 where it
 * was none of byok's.
 */
export const interruptionTag = "byok:interrupted-import";

export function interruptionMark(record: MaterialRecord | undefined): EpochSeconds {
  return record?.importedAt ?? 0;
}

/** What decides whether material may be deleted to be imported anew. */
export interface Replacement {
  /** Whether the key holds material now. */
  readonly full: boolean;
  /** The fingerprint that an import of byok's has proved. Undefined: none is on record. */
  readonly proved: Fingerprint | undefined;
  /** Whether the key may be without material for a moment. */
  readonly interruption: boolean;
  /** The moment of the import that brought the material in, where a deletion is to be told from others'. */
  readonly mark: EpochSeconds | undefined;
  readonly tags: () => Promise<Tags>;
}

/**
 * Imports where the KMS is documented to take an import into an empty key only. Material that is there is imported over
 * all the same; only when the KMS refuses that for the key's state is it deleted first, and only once the bytes that
 * replace it are proved to be the same.
 *
 * @throws ByokError `import_refused`, `different_material` where nothing was deleted; whatever the import throws.
 */
export async function importDeletingFirst(
  run: Run,
  service: KeyService,
  plan: ImportPlan,
  replacement: Replacement,
  call: Call,
): Promise<Imported> {
  if (!replacement.full) return importNamed(run, service, plan, replacement, call);
  try {
    return await importNamed(run, service, { ...plan, atOnce: true }, replacement, call);
  } catch (error) {
    if (!isByokError(error, "key_unusable")) throw error;
  }
  await checkDeletion(service, plan, replacement);
  await checkMayImport(service, plan, call);
  checkCall(call);
  const { mark } = replacement;
  if (mark !== undefined) await setTag(run, service, plan, { [interruptionTag]: String(mark) }, call);
  return deleteAndImport(run, service, plan);
}

/**
 * Tells material that a run of byok deleted and could not import again from such that others deleted. One more request,
 * and only while material is missing before its time.
 */
export async function withInterruption(
  run: Run,
  service: KeyService,
  condition: MaterialCondition,
  record: MaterialRecord | undefined,
  call: Call,
): Promise<MaterialCondition> {
  if (service.profile.reimport !== "delete_first" || condition.state !== "deleted") return condition;
  if (record === undefined) return condition;
  try {
    const tags = await service.tags(record.keyArn, call);
    return tags[interruptionTag] === String(interruptionMark(record)) ? { ...condition, interrupted: true } : condition;
  } catch (error) {
    if (!isByokError(error, "access_denied")) throw error;
    run.log.warn("The tags of the key cannot be read, so it is not known whether byok itself deleted its material.", {
      key: record.keyArn,
    });
    return condition;
  }
}

/**
 * Imports, with the fingerprint in the key's tag. Over material that is there the tag is set afterwards: before, it would
 * prove whatever is on offer. A tag with other bytes is left to the KMS to judge in the same way.
 */
async function importNamed(
  run: Run,
  service: KeyService,
  plan: ImportPlan,
  { full, proved, tags }: Replacement,
  call: Call,
): Promise<Imported> {
  const { fingerprint } = plan.material;
  // What an import of ours has proved bears its tag since then.
  if (proved === fingerprint) return importMaterial(run, service, plan, call);
  const tagged = full ? undefined : (await readable(run, plan, tags))?.[fingerprintTag];
  const first = !full && tagged === undefined;
  const tag = { [fingerprintTag]: fingerprint };
  if (first) await setTag(run, service, plan, tag, call);
  try {
    const imported = await importMaterial(run, service, plan, call);
    if (!first && tagged !== fingerprint) await attempted(run, plan, () => setTag(run, service, plan, tag, call));
    return imported;
  } catch (error) {
    // The key was given other bytes once; the tag must not say that it was these.
    const wrong = first && isByokError(error, "different_material");
    if (wrong) await attempted(run, plan, () => service.untag(plan.key.arn, [fingerprintTag], call));
    throw error;
  }
}

async function checkDeletion(
  { profile }: KeyService,
  { key, material, attribute }: ImportPlan,
  { proved, interruption, tags }: Replacement,
): Promise<void> {
  const refused = `${profile.title} takes no import into ${key.arn} while the key holds material`;
  if (!interruption) {
    throw new ByokError(
      "import_refused",
      `${refused}, and \`allow_interruption\` is false: the material would have to be deleted first, and the key could not be used for a moment. Nothing was deleted. Set \`allow_interruption\` to true when such a moment can be borne.`,
      { attribute: "allow_interruption" },
    );
  }
  const known = proved ?? (await tags())[fingerprintTag];
  if (known === material.fingerprint) return;
  if (known !== undefined) {
    throw new ByokError(
      "different_material",
      `${refused}, and its tag ${fingerprintTag} says that this is other material (${known}) than the bytes on offer (${material.fingerprint}). Nothing was deleted. Bring the very same bytes, or create another key for these.`,
      { attribute },
    );
  }
  throw new ByokError(
    "import_refused",
    `${refused}, and nothing proves which bytes it holds: byok has no record of their import, and the key no tag ${fingerprintTag}. Nothing was deleted. If you know that they are the bytes on offer, give the key the tag ${fingerprintTag} with the value ${material.fingerprint}, and run again.`,
    { attribute: "key_arn" },
  );
}

/**
 * After the deletion nothing but the import brings the key back, and whoever may delete need not be allowed to import.
 * The permission is looked at before all else, so an import that cannot succeed shows it: of nothing, with no token of
 * the KMS's, into a key that is full.
 */
async function checkMayImport(service: KeyService, { key }: ImportPlan, call: Call): Promise<void> {
  const nothing = {
    keyArn: key.arn,
    wrappingAlgorithm: "RSAES_OAEP_SHA_256",
    token: Buffer.from("none"),
    wrappedMaterial: Buffer.alloc(256),
  } as const;
  try {
    await service.importMaterial(nothing, call);
  } catch (error) {
    if (
      isByokError(error, "key_unusable", "import_refused", "different_material", "invalid_argument", "service_refused")
    )
      return;
    throw error;
  }
  throw new ByokError(
    "untrusted_answer",
    `${service.profile.title} took an import of nothing for ${key.arn}. Nothing was deleted. Check the endpoint and what stands between.`,
  );
}

/** From the deletion on the key is dead, so nothing but its import ends the operation: no signal and no deadline. */
async function deleteAndImport(run: Run, service: KeyService, plan: ImportPlan): Promise<Imported> {
  const { arn } = plan.key;
  const call: Call = { urgent: true };
  run.log.info("The key material is deleted, to be imported anew.", { key: arn });
  let deleted = "was deleted to be imported anew,";
  try {
    await service.deleteMaterial(arn, undefined, call);
  } catch (thrown) {
    const error = ByokError.from(thrown);
    // A deletion whose reply was lost is repeated, and may then find nothing to delete.
    if (error.code !== "key_unusable" && !error.effectUnknown) throw error;
    // Whatever became of it, only the import leaves the key alive.
    if (error.effectUnknown) deleted = "was to be deleted to be imported anew, and may be gone,";
  }
  // The KMS may not have heard everywhere that the key is empty.
  startSettling(run, arn);
  try {
    return await importMaterial(run, service, plan, call);
  } catch (thrown) {
    const error = ByokError.from(thrown);
    if (await isFullAgain(service, arn, error, call)) {
      throw error.with({
        message: `The key material of ${arn} ${deleted} and the key holds material again: something else imported into it meanwhile, such as another run, or nothing was deleted. This import was refused for it. Plan again to see whether anything is left to be done.`,
      });
    }
    throw error.with({
      message: `The key material of ${arn} ${deleted} and the import failed, so the key cannot be used now. Run again with the same bytes and \`on_deletion\` = reimport to bring them back. ${error.rawMessage}`,
    });
  }
}

async function isFullAgain(service: KeyService, arn: string, error: ByokError, call: Call): Promise<boolean> {
  if (error.code !== "key_unusable") return false;
  const seen = await service.describe(arn, call).catch(() => undefined);
  return seen?.value?.state === "Enabled" || seen?.value?.state === "Disabled";
}

/** For what comes after the import and must not change what became of it. */
async function attempted(run: Run, { key }: ImportPlan, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const { rawMessage } = ByokError.from(thrown);
    run.log.warn(`The tag ${fingerprintTag} of the key could not be put right: ${rawMessage}`, { key: key.arn });
  }
}

/** Undefined where the tags may not be read. */
async function readable(run: Run, { key }: ImportPlan, tags: () => Promise<Tags>): Promise<Tags | undefined> {
  try {
    return await tags();
  } catch (error) {
    if (!isByokError(error, "access_denied")) throw error;
    run.log.warn("The tags of the key cannot be read.", { key: key.arn });
    return undefined;
  }
}

/** Whoever only imports may not tag. What the tag is for is lost then, and the import is not. */
async function setTag(run: Run, service: KeyService, { key }: ImportPlan, tag: Tags, call: Call): Promise<void> {
  try {
    await settled(run, service, madeAt(run, key.arn), call, () => service.tag(key.arn, tag, call));
  } catch (error) {
    if (!isByokError(error, "access_denied")) throw error;
    run.log.warn(
      `The tag ${Object.keys(tag).join()} cannot be set, so that only the state of this run knows what it says.`,
      { key: key.arn },
    );
  }
}
