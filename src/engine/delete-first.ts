import { type Call, checkCall } from "./call";
import type { Milliseconds } from "./clock";
import { fingerprintTag, importingTag, interruptionTag } from "./delete-first-tags";
import { ByokError, type ErrorCode, isByokError } from "./errors";
import { isFingerprint } from "./fingerprint";
import { ImportProof } from "./import-proof";
import { type ImportContext, type Imported, type ImportPlan, importMaterial, wrappingOf } from "./importing";
import type { EpochSeconds } from "./instant";
import { removeIntentions } from "./intentions";
import type { Tags } from "./key";
import { type KeyContext, withCall } from "./key-context";
import type { KeyReading, KmsIdentity, MaterialDeleting, TagWriting } from "./key-service";
import { deleteMaterial } from "./material-deletion";
import { defaultOperationTimeout } from "./operation-timeout";
import { settled, startSettling } from "./settling";
import { rehearseWrapping } from "./wrapping-rehearsal";

/** What an import may do to a key where the KMS demands an empty one. */
export type ReimportContext = ImportContext & KeyContext<MaterialDeleting & TagWriting>;

/** What decides whether material may be deleted to be imported again. */
export interface Replacement {
  /** Whether the key holds material now. */
  readonly full: boolean;
  /** What an import of byok's has proved. Undefined: no proof is on record. */
  readonly proof: ImportProof | undefined;
  /** Whether the key may be without material for a moment. */
  readonly interruption: boolean;
  /** The moment of the import that brought the material in, where a deletion is to be told from others'. */
  readonly mark: EpochSeconds | undefined;
  /** Undefined where they may not be read. */
  readonly tags: () => Promise<Tags | undefined>;
}

/**
 * Imports where the KMS is documented to take an import into an empty key only. Material that is there is imported over
 * all the same; only when the KMS refuses that because the key is full is it deleted first, and only once the bytes that
 * replace it are proved to be the same.
 *
 * @throws ByokError `import_refused`, `different_material`, `material_not_proved` where nothing was deleted; whatever the
 * import throws.
 */
export async function importDeletingFirst(
  context: ReimportContext,
  plan: ImportPlan,
  replacement: Replacement,
): Promise<Imported> {
  const { service, call } = context;
  if (!replacement.full) return importIntoEmpty(context, plan, replacement);
  const tags = replacement.proof === undefined ? await replacement.tags() : undefined;
  try {
    const imported = await importMaterial(context, { ...plan, atOnce: true });
    await noteAnswer(context, imported, replacement, tags);
    return imported;
  } catch (error) {
    // The state of the key may be refused for other reasons than that the key is full.
    if (!isByokError(error, "key_unusable") || !(await isFull(context))) throw error;
  }
  const proof = provedToBeTheSame(service, plan, replacement, tags);
  await checkMayFetchParameters(context, plan);
  await checkMayImport(context);
  await rehearseWrapping(plan.material, wrappingOf(service, plan), call);
  checkCall(call);
  const { mark } = replacement;
  const marked = mark === undefined ? {} : await setTag(context, { [interruptionTag]: String(mark) });
  const imported = await deleteAndImport(context, plan, proof, marked);
  await noteAnswer(context, imported, replacement, { ...tags, ...marked });
  return imported;
}

/** Whether the key is in one of the two states in which it holds material. */
async function isFull({ service, keyArn, call }: KeyContext<KeyReading>): Promise<boolean> {
  const { value: key } = await service.describe(keyArn, call);
  return key?.state === "Enabled" || key?.state === "Disabled";
}

/**
 * Imports into an empty key. Where nothing proves yet which bytes it is for, the intention is noted before, and removed
 * once it is known what became of it.
 */
async function importIntoEmpty(
  context: ImportContext & KeyContext<TagWriting>,
  plan: ImportPlan,
  replacement: Replacement,
): Promise<Imported> {
  const tags = await replacement.tags();
  const isDue = replacement.proof === undefined && tags?.[fingerprintTag] === undefined;
  const noted = isDue ? await setTag(context, { [importingTag]: plan.material.fingerprint }) : {};
  let imported: Imported;
  try {
    imported = await importMaterial(context, plan);
  } catch (thrown) {
    const error = ByokError.from(thrown);
    if (!error.effectUnknown) await removeTags(context, Object.keys(noted));
    throw error;
  }
  await noteAnswer(context, imported, replacement, { ...tags, ...noted });
  return imported;
}

/**
 * The answer to an import proves what the key holds, for the runs that have no record of it; intentions that are
 * fulfilled go. A signal that came meanwhile keeps nothing of this from being put right.
 *
 * @param tags What is known to be on the key.
 */
async function noteAnswer(
  context: KeyContext<TagWriting>,
  { proof }: Imported,
  { proof: known }: Replacement,
  tags: Tags | undefined,
): Promise<void> {
  // What is on record bears its tag since the import that proved it.
  if (proof !== undefined && known === undefined && tags?.[fingerprintTag] !== proof.fingerprint) {
    const tag = { [fingerprintTag]: proof.fingerprint };
    const { service, keyArn } = context;
    await attempted(context, [fingerprintTag], () => settled(withCall(context, {}), () => service.tag(keyArn, tag)));
  }
  // What an import without an answer brought in is not known, and its intention stays.
  const fulfilled = proof === undefined ? [interruptionTag] : [importingTag, interruptionTag];
  const outlived = fulfilled.filter((tag) => tags?.[tag] !== undefined);
  await removeTags(context, outlived);
}

/** Proof that the key holds the very bytes that are on offer. */
function provedToBeTheSame(
  { profile }: KmsIdentity,
  { key, material, attribute }: ImportPlan,
  { proof, interruption }: Replacement,
  tags: Tags | undefined,
): ImportProof {
  const refused = `${profile.title} takes no import into ${key.arn} while the key holds material`;
  if (material.wrappedFor !== undefined) {
    throw new ByokError(
      "import_refused",
      `${refused}, and nothing tells before the deletion whether the import token of what was wrapped elsewhere will be taken. Nothing was deleted. Use a source that is wrapped when it is needed.`,
      { attribute },
    );
  }
  if (!interruption) {
    throw new ByokError(
      "import_refused",
      `${refused}, and \`allow_interruption\` is false: the material would have to be deleted first, and the key could not be used for a moment. Nothing was deleted. Set \`allow_interruption\` to true if a brief outage is acceptable.`,
      { attribute: "allow_interruption" },
    );
  }
  const proved = proof ?? tagProof(key.arn, tags);
  if (proved?.fingerprint === material.fingerprint) return proved;
  if (proved !== undefined) {
    throw new ByokError(
      "different_material",
      `${refused}, and its tag ${fingerprintTag} says that this is other material (${proved.fingerprint}) than the bytes on offer (${material.fingerprint}). Nothing was deleted. Bring the very same bytes, or create another key for these.`,
      { attribute },
    );
  }
  throw new ByokError(
    "material_not_proved",
    `${refused}, and nothing proves which bytes it holds: byok has no record of their import, and the key no tag ${fingerprintTag}. Nothing was deleted. If you know that they are the bytes on offer, set the tag ${fingerprintTag} of the key to ${material.fingerprint}, and run again.`,
    { attribute: "key_arn" },
  );
}

function tagProof(keyArn: string, tags: Tags | undefined): ImportProof | undefined {
  const tagged = tags?.[fingerprintTag];
  return tagged !== undefined && isFingerprint(tagged) ? ImportProof.inTag(keyArn, tagged) : undefined;
}

/**
 * After the deletion nothing but the import brings the key back, and the caller may be allowed to delete and not to
 * import. Permissions are looked at before the state of the key, so that a request that the state refuses shows them.
 */
async function checkMayFetchParameters({ service, keyArn, call }: ImportContext, plan: ImportPlan): Promise<void> {
  const { algorithm, wrappingKeySpec } = wrappingOf(service, plan);
  try {
    await service.importParameters(keyArn, algorithm, wrappingKeySpec, call);
  } catch (error) {
    if (!isByokError(error, "key_unusable", "service_refused")) throw error;
  }
}

/** The same for the import itself: of nothing, with no token of the KMS's, into a key that is full. */
async function checkMayImport({ service, keyArn, call }: ImportContext): Promise<void> {
  const nothing = {
    keyArn,
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
    `${service.profile.title} took an import of nothing for ${keyArn}. Nothing was deleted. Check the endpoint and any proxy in between.`,
  );
}

/**
 * From the deletion on the key is dead, so nothing but its import ends the operation.
 *
 * @param marked Tags that say that the deletion is byok's own. They go where nothing was deleted.
 */
async function deleteAndImport(
  context: ReimportContext,
  plan: ImportPlan,
  proof: ImportProof,
  marked: Tags,
): Promise<Imported> {
  const { run, service, keyArn: arn, call } = context;
  const urgently = withCall(context, urgent);
  const marks = Object.keys(marked);
  let how: string;
  try {
    run.log.info("The key material is deleted, to be imported again.", { key: arn });
    how = await emptied(service, proof);
  } catch (error) {
    await removeTags(context, marks);
    throw error;
  }
  // The KMS may not have heard everywhere that the key is empty.
  startSettling(run, arn);
  const patience = Math.max(leastPatience, call.deadline?.left() ?? defaultPatience);
  const until = run.clock.monotonic() + patience;
  for (let pause = firstPause; ; pause = Math.min(longestPause, 2 * pause)) {
    try {
      return await importMaterial(urgently, plan);
    } catch (thrown) {
      const error = ByokError.from(thrown);
      if (await isFullAgain(urgently, error)) {
        await removeTags(context, marks);
        throw error.with({
          message: `The key material of ${arn} ${how} and the key holds material again: something else imported into it meanwhile, such as another run, or nothing was deleted. This import was refused for it. Plan again to see whether anything is left to be done.`,
        });
      }
      if (hopeless.has(error.code) || run.clock.monotonic() >= until) {
        throw error.with({
          message: `The key material of ${arn} ${how} and the import failed, so the key cannot be used now. Run again with the same bytes and \`on_deletion\` = reimport to bring them back. ${error.rawMessage}`,
        });
      }
      run.log.warn(`The import of deleted key material failed and is repeated. ${error.rawMessage}`, { key: arn });
      await run.clock.sleep(pause);
    }
  }
}

/** Before all that waits for a quota, and with neither signal nor deadline: the key is dead meanwhile. */
const urgent: Call = { urgent: true };

const leastPatience: Milliseconds = 60_000;
const defaultPatience: Milliseconds = defaultOperationTimeout.milliseconds;
const [firstPause, longestPause]: readonly [Milliseconds, Milliseconds] = [1_000, 20_000];

/** What no repetition mends: the request itself is wrong, or the key is going. */
const hopeless: ReadonlySet<ErrorCode> = new Set([
  "different_material",
  "internal",
  "invalid_argument",
  "key_not_found",
  "key_pending_deletion",
  "unsupported_key_spec",
  "unsupported_wrapping",
  "wrong_material",
  "wrong_origin",
]);

/**
 * Deletes the material, and says how to speak of it.
 *
 * @throws ByokError Only where nothing was deleted.
 */
async function emptied(service: KmsIdentity & KeyReading & MaterialDeleting, proof: ImportProof): Promise<string> {
  try {
    await deleteMaterial(service, proof, { kind: "reimported" }, urgent);
  } catch (thrown) {
    const error = ByokError.from(thrown);
    // Whatever became of it, only the import leaves the key alive.
    if (error.effectUnknown) return "was to be deleted to be imported again, and may be gone,";
    // A deletion whose reply was lost is repeated, and may then find nothing to delete.
    if (error.code !== "key_unusable") throw error;
  }
  return "was deleted to be imported again,";
}

async function isFullAgain(context: KeyContext<KeyReading>, error: ByokError): Promise<boolean> {
  return error.code === "key_unusable" && (await isFull(context).catch(() => false));
}

/** With a call of its own: what is outlived goes also where the operation was canceled. */
async function removeTags(context: KeyContext<TagWriting>, tags: readonly string[]): Promise<void> {
  if (tags.length === 0) return;
  await attempted(context, tags, async () => {
    const left = await removeIntentions(withCall(context, {}), tags);
    if (left !== undefined) throw left;
  });
}

/** For what comes after the import and must not change what became of it. */
async function attempted(
  { run, keyArn }: KeyContext<unknown>,
  tags: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const { rawMessage } = ByokError.from(thrown);
    run.log.warn(`The tag ${tags.join(", ")} of the key could not be put right. ${rawMessage}`, { key: keyArn });
  }
}

/**
 * A caller who only imports may not tag. What the tag is for is lost then, and the import is not.
 *
 * @returns The tags that are on the key now.
 */
async function setTag(context: KeyContext<TagWriting>, tag: Tags): Promise<Tags> {
  const { run, service, keyArn, call } = context;
  const names = Object.keys(tag);
  try {
    await settled(context, () => service.tag(keyArn, tag, call));
    return tag;
  } catch (thrown) {
    const error = ByokError.from(thrown);
    if (error.effectUnknown) await removeTags(context, names);
    if (error.code !== "access_denied") throw error;
    run.log.warn(`The tag ${names.join()} cannot be set, so that only the state of this run knows what it says.`, {
      key: keyArn,
    });
    return {};
  }
}
