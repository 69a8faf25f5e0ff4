import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import { isThere, isWhole, lasting, type KeptKey } from "./embedded";
import { isHeld, roleOf } from "./held";
import { bytesEverIn, bytesFor, type Disk, familyOf, type MaterialDeclared, type Repository } from "./repository";
import type { Held } from "./tool";

/** What a walk knows at its end. */
interface Facts {
  readonly repository: Repository;
  readonly held: readonly Held[];
  readonly keys: readonly KeptKey[];
  /** What the last runs failed with. */
  readonly errors: readonly string[];
  readonly nowMs: number;
  readonly kms: string;
  readonly disk: Disk;
  /** Every set of bytes that a key ever held, by ARN. */
  readonly bytesGiven: ReadonlyMap<string, ReadonlySet<string>>;
  /** The bytes of each material that was ever seen, by its id. */
  readonly bytesOf: ReadonlyMap<string, string>;
  /** Keys of others, by ARN. */
  readonly foreign: ReadonlyMap<string, unknown>;
  /** Keys that byok may have given up and others brought back. */
  readonly revived: ReadonlySet<string>;
  /** Keys whose material somebody else deleted before its time, by ARN. */
  readonly deletedEarly: ReadonlyMap<string, unknown>;
  /** Descriptions of material with which a run succeeded, by address. */
  readonly described: ReadonlyMap<string, string | undefined>;
}

/** Why a person must do something about a repository, so that byok's runs may end with an error. */
export function excusesIn(facts: Facts): readonly string[] {
  const { repository, held, keys, errors, nowMs, kms, disk } = facts;
  const { bytesGiven, bytesOf, foreign, revived, deletedEarly, described } = facts;
  const found: string[] = [];
  const isUnproved = ({ kind, verified, deletionPolicy }: Held): boolean =>
    kind === "material" && !verified && deletionPolicy === "delete";
  if (held.some(isUnproved)) found.push("bytes that nothing proves are to be deleted");
  const isKept = errors.some((error) => /set `deletion_?policy` (?:of the other resource )?to retain/i.test(error));
  if (isKept && hasContradiction(facts)) found.push("one resource deletes what another needs");
  // Also one that is configured no more: nothing shows that the KMS is the one that had it.
  if (held.some(({ kind, arn }) => kind === "key" && !keys.some((key) => key.arn === arn)))
    found.push("a key has vanished");
  for (const [role, declared] of repository.keys) {
    const arn = held.find(({ kind, name }) => kind === "key" && name === declared.address)?.arn;
    const key = keys.find((one) => one.arn === arn);
    if (declared.replicaOf !== undefined && keys.some((one) => foreign.has(one.arn))) found.push("a replica of others");
    const materials = [...repository.materials.values()].filter((one) => one.key === role);
    const wanted = new Set(materials.map((one) => bytesFor(repository, disk, one)?.toString("base64")));
    if (wanted.has(undefined)) found.push("the bytes are absent");
    const firsts = materials.filter(({ succeeds }) => succeeds === undefined);
    const first = new Set(firsts.map((one) => bytesFor(repository, disk, one)?.toString("base64")));
    if (first.size > 1) found.push("two kinds of bytes in one key");
    const settings = new Set(firsts.map(({ lifetime, description }) => JSON.stringify([lifetime, description])));
    if (settings.size > 1) found.push("two lifetimes or descriptions of the same bytes in one key");
    found.push(...excusesOfRotation(facts, role, key, materials));
    // A key and its replicas take the same bytes.
    const related = keys.filter(({ id }) => id === key?.id);
    const known = new Set(related.flatMap((one) => [...(bytesGiven.get(one.arn) ?? [])]));
    if ([...first].some((bytes) => bytes !== undefined && known.size > 0 && !known.has(bytes)))
      found.push("other bytes");
    if (materials.some(({ lifetime }) => lifetime.kind === "until" && lifetime.validToMs <= nowMs))
      found.push("a past date");
    if (
      materials.some(
        (one) =>
          one.namesFingerprint && !bytesFor(repository, disk, one)?.equals(bytesEverIn(disk, one)[0] ?? Buffer.of()),
      )
    ) {
      found.push("another fingerprint");
    }
    const others = key === undefined ? [] : lasting(key).filter(({ id }) => !wanted.has(bytesOf.get(id)));
    const isLost = others.some((material) => !isThere(material, nowMs));
    if (others.length > 0 && isLost && key !== undefined && key.materials.length > 1) found.push("rotated by others");
    if (key !== undefined && !key.enabled && kms === "qkms") found.push("a Disabled key on QKMS");
    if (kms === "qkms" && held.some((one) => one.kind === "material" && !one.verified)) found.push("not verified");
    if (
      held.some(
        (one) => one.kind === "key" && ![...repository.keys.values()].some(({ address }) => address === one.name),
      )
    ) {
      found.push("a key was renamed, and its token is taken");
    }
    const isBearer = ({ arn: other, tags }: KeptKey): boolean =>
      revived.has(other) && tags.some(([, value]) => value === declared.creationToken);
    if (keys.some(isBearer)) found.push("others brought back a key that was given up, and it bears the token");
    if (materials.some(({ onDeletion }) => onDeletion === "report" && deletedEarly.has(arn ?? ""))) {
      found.push("a deletion that is reported");
    }
    // Who deleted it may have been byok itself, long ago: what is to be said of it has to be said.
    const arrives = materials.some((one) => one.onDeletion === "report" && !isHeld(held, one, arn));
    const isRemedyNamed = errors.some((error) => /set `on_?deletion` to reimport/i.test(error));
    if (arrives && isRemedyNamed && key !== undefined && !isWhole(key, nowMs)) {
      found.push("a move into a key whose loss is reported");
    }
    const isDescribed = materials.some(
      (one) =>
        one.description !== undefined && (described.get(one.address) !== one.description || !isHeld(held, one, arn)),
    );
    if (isDescribed && key?.multiRegion === "replica") found.push("a new description on a replica");
    const primary = keys.find((one) => one.id === key?.id && one.multiRegion === "primary");
    if (declared.replicaOf !== undefined && primary?.enabled !== true) found.push("the primary is Disabled");
  }
  return found;
}

/** What of materials that succeed each other, and of rotations, only a person can put right. */
function excusesOfRotation(
  { repository, held, keys, bytesOf, nowMs, disk }: Facts,
  role: string,
  key: KeptKey | undefined,
  materials: readonly MaterialDeclared[],
): readonly string[] {
  if (key === undefined) return [];
  const found: string[] = [];
  const ever = (material: MaterialDeclared): readonly string[] =>
    bytesEverIn(disk, material).map((bytes) => bytes.toString("base64"));
  const given = materials.flatMap(ever);
  const inKey = (material: MaterialDeclared) =>
    key.materials.find(({ id }) => ever(material).includes(bytesOf.get(id) ?? ""));
  const current = key.materials.find((one) => one.role === "current");
  const waiting = key.materials.find((one) => one.role.startsWith("pending"));
  const successors = materials.filter(({ succeeds }) => succeeds !== undefined);
  if (successors.length > 0 && current !== undefined && !given.includes(bytesOf.get(current.id) ?? "")) {
    found.push("others rotated the key on");
  }
  if (successors.length > 0 && waiting !== undefined && !given.includes(bytesOf.get(waiting.id) ?? "")) {
    found.push("other material waits for a rotation");
  }
  for (const material of successors) {
    const bytes = bytesFor(repository, disk, material)?.toString("base64");
    const there = inKey(material);
    const isOnRecord = held.some(
      (one) => one.kind === "material" && one.name === material.address && one.arn === key.arn && one.verified,
    );
    if (there !== undefined && bytes !== undefined && bytesOf.get(there.id) !== bytes) found.push("other bytes");
    const before = repository.materials.get(material.succeeds ?? "");
    const predecessor = before === undefined ? undefined : inKey(before);
    // Once it has been the current one, or others have, it is taken over and not imported as new.
    if (!isOnRecord && predecessor !== undefined && predecessor.role !== "current") {
      found.push("new material in the place of that which a key was rotated to");
    }
  }
  for (const rotation of repository.rotations.values()) {
    const material = repository.materials.get(rotation.material);
    if (rotation.key !== role || material === undefined) continue;
    const there = inKey(material);
    const isHeldRotation = held.some((one) => one.kind === "rotation" && one.name === rotation.address);
    if (there?.role === "noncurrent" && !isHeldRotation) found.push("a rotation back");
    if (there?.role === "current" || there?.role === "noncurrent") continue;
    if (!key.enabled) found.push("a rotation of a Disabled key");
    if (key.multiRegion === "replica") found.push("a rotation of a key that is a replica now");
    const family = familyOf(repository, role);
    const arns = family.map(
      (member) => held.find(({ kind, name }) => kind === "key" && name === repository.keys.get(member)?.address)?.arn,
    );
    const elsewhere = keys.filter(({ id, arn }) => id === key.id && arn !== key.arn);
    const lacks = elsewhere.filter(
      ({ arn }) =>
        !arns.includes(arn) ||
        ![...repository.materials.values()].some(
          (one) => one.file === material.file && family[arns.indexOf(arn)] === one.key,
        ),
    );
    if (lacks.length > 0) found.push("a replica that is configured to lack the material");
    if (lasting(key).some((one) => !isThere(one, nowMs) && !given.includes(bytesOf.get(one.id) ?? ""))) {
      found.push("rotated by others");
    }
  }
  return found;
}

/** Whether material leaves a key with its bytes, and other material is to have the same ones there. */
function hasContradiction({ repository, held, disk }: Facts): boolean {
  const declared = [...repository.materials.values()];
  const leaving = held.filter(
    ({ kind, name, arn, deletionPolicy }) =>
      kind === "material" &&
      deletionPolicy === "delete" &&
      !declared.some(
        ({ key, address, formerly }) =>
          key === roleOf(repository, held, arn) && (address === name || formerly === name),
      ),
  );
  return leaving.some(({ name, arn, fingerprint }) =>
    declared.some((one) => {
      const bytes = bytesFor(repository, disk, one);
      const isSame = bytes === undefined || fingerprintOfRaw(bytes) === fingerprint;
      return one.address !== name && one.key === roleOf(repository, held, arn) && isSame;
    }),
  );
}
