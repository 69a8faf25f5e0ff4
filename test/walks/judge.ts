import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import type { LoggedRequest, RequestMoment, WatchedRequest } from "../../src/emulator/index";
import { plaintext } from "../support/life";
import { type Embedded, holds, isOfByok, isThere, isWhole, lasting, type KeptKey, type KeptMaterial } from "./embedded";
import { excusesIn } from "./excuses";
import { roleOf } from "./held";
import { bytesEverIn, bytesFor, type Disk, fingerprintFor, type MaterialDeclared, type Repository } from "./repository";
import type { Change, Held, Order, Report, Tool } from "./tool";

/** What should never have happened, by the number of the rule that it breaks (docs/reliability.md, "Walks"). */
export interface Violation {
  readonly rule: 1 | 2 | 3 | 4 | 5 | 6;
  readonly what: string;
  readonly detail: string;
}

/** A change of key material that one request made. */
interface Effect {
  readonly operation: string;
  readonly arn: string;
  readonly bytes: string;
  /** All keys when it had happened. */
  readonly after: readonly KeptKey[];
  /** Whether byok looked at the key since somebody else deleted its material before its time. */
  readonly hasSeenDeletion: boolean;
}

/** A deletion by somebody else of material before its time. */
interface EarlyDeletion {
  /** What was deleted, by its bytes: another material of the key may have expired meanwhile. */
  readonly bytes: ReadonlySet<string | undefined>;
  /** When the first of it was to expire. Infinity: never. */
  readonly expiresAtMs: number;
  /** Of the requests that came before it. */
  readonly mark: number;
}

/** How one run began and what was seen of it. */
export interface Watched {
  readonly order: Order;
  readonly held: readonly Held[];
  readonly before: readonly KeptKey[];
  readonly mark: number;
  readonly effects: Effect[];
  readonly schedules: string[];
  /** Keys that byok rotated, with the bytes that became the current ones. */
  readonly rotations: { readonly arn: string; readonly bytes: string | undefined }[];
}

const lastingTags: ReadonlySet<string> = new Set(["byok:creation-token", "byok:fingerprint"]);
const imports = "ImportKeyMaterial";
const furtherJudged: ReadonlySet<string> = new Set(["ScheduleKeyDeletion", "RotateKeyOnDemand"]);
const deletions: ReadonlySet<string> = new Set(["DeleteImportedKeyMaterial", "DeleteKeyMaterial"]);

/**
 * Judges a walk by the requests that the embedded KMS saw, by what it holds and by use of the keys; never by what byok
 * says of them.
 */
export class Judge {
  readonly #embedded: Embedded;
  readonly #disk: Disk;
  readonly violations: Violation[] = [];
  /** Every set of bytes that a key ever held, by ARN: that is what it was given for good. */
  readonly #held = new Map<string, Set<string>>();
  /** The bytes of each material that was ever seen, by its id. */
  readonly #bytesOf = new Map<string, string>();
  /** Those that an import of byok's brought in. */
  readonly #proved = new Map<string, Set<string>>();
  /** Ciphertexts by ARN and material. */
  readonly #ciphertexts = new Map<string, Map<string, string>>();
  /** Whether a key is to be Enabled, as anyone who had the last word on it said. */
  readonly #enabled = new Map<string, boolean>();
  /** Keys whose material somebody else deleted before its time. */
  readonly #deletedEarly = new Map<string, EarlyDeletion>();
  /**
   * Keys into which somebody else imported, which no run that succeeded has seen since: nobody but they know the lifetime,
   * so that what is gone may have expired or been deleted.
   */
  readonly #lifetimeUnseen = new Set<string>();
  /** Materials of which byok has seen, and written down, that they were deleted and are only to be reported. */
  readonly #reported = new Map<string, Pick<Held, "arn" | "fingerprint">>();
  /** Keys of others, as their owners left them. */
  readonly #foreign = new Map<string, KeptKey>();
  /** Descriptions of material with which a run succeeded, by address. */
  readonly #described = new Map<string, string | undefined>();
  /**
   * Keys left Disabled by a run that was killed when it had canceled their deletion, of which no state says that they were
   * pending deletion. Nothing tells them from keys that others disabled, so that they stay Disabled, and that is reported.
   */
  readonly #halfBack = new Set<string>();
  /** Keys that byok may have given up and others brought back. */
  readonly #revived = new Set<string>();
  #atRequest: readonly KeptKey[] = [];
  #wasKilled = false;
  #watched: Watched | undefined;

  constructor(embedded: Embedded, disk: Disk) {
    this.#embedded = embedded;
    this.#disk = disk;
  }

  /** The bytes that a key was given first, or of one of its materials where it has several. */
  bytesOfOne({ arn, materials }: KeptKey, n: number): Buffer | undefined {
    const [first] = this.#held.get(arn) ?? [];
    const one = materials.length > 1 ? materials[n % materials.length] : undefined;
    const bytes = one === undefined ? first : (this.#bytesOf.get(one.id) ?? first);
    return bytes === undefined ? undefined : Buffer.from(bytes, "base64");
  }

  isForeign(arn: string): boolean {
    return this.#foreign.has(arn);
  }

  /** Looks at every request of byok as it comes and when its effect is there. */
  async watch({ operation, keyArn }: WatchedRequest, moment: RequestMoment): Promise<void> {
    const judged = operation === imports || deletions.has(operation) || furtherJudged.has(operation);
    if (!judged || keyArn === undefined || this.#watched === undefined) return;
    const keys = this.#embedded.keys();
    if (moment === "before") {
      this.#atRequest = keys;
      return;
    }
    const [before, after] = [this.#atRequest, keys].map((all) => all.find(({ arn }) => arn === keyArn));
    if (before === undefined || after === undefined) return;
    if (operation === "ScheduleKeyDeletion") {
      if (before.deletion === undefined && after.deletion !== undefined) this.#watched.schedules.push(keyArn);
      return;
    }
    if (operation === "RotateKeyOnDemand") {
      const [was, is] = [before, after].map(({ materials }) => materials.find(({ role }) => role === "current"));
      if (is !== undefined && is.id !== was?.id) {
        this.#watched.rotations.push({ arn: keyArn, bytes: is.bytes ?? this.#bytesOf.get(is.id) });
      }
      return;
    }
    const [from, to] = operation === imports ? [after, before] : [before, after];
    for (const material of from.materials) {
      const { bytes } = material;
      if (bytes === undefined || isTheSame(to.materials, material)) continue;
      const hasSeenDeletion = this.#hasSeenDeletion(keyArn);
      this.#watched.effects.push({ operation, arn: keyArn, bytes, after: keys, hasSeenDeletion });
      if (operation === imports) add(this.#proved, keyArn, bytes);
    }
  }

  /** After somebody else did something to a key. */
  async afterOthers(what: string, before: readonly KeptKey[], touched: KeptKey | undefined): Promise<void> {
    const after = this.#embedded.keys();
    this.#remember(before);
    this.#remember(after);
    for (const key of after) {
      const old = before.find(({ arn }) => arn === key.arn);
      if (old === undefined || this.#foreign.has(key.arn)) this.#foreign.set(key.arn, key);
    }
    if (touched === undefined) return;
    const now = after.find(({ arn }) => arn === touched.arn);
    if (now === undefined) return;
    const lost = touched.materials.filter(
      ({ id, bytes }) => bytes !== undefined && now.materials.find((one) => one.id === id)?.bytes === undefined,
    );
    // What waits for a rotation belongs to the key, too, for anyone who configured it.
    const isDeletion = what === "deletes" || what === "drops what waits";
    if (isDeletion && isWhole(touched, this.#nowMs()) && lost.length > 0) {
      const expiries = lost.map(({ expiresAtMs = Number.POSITIVE_INFINITY }) => expiresAtMs);
      const mark = this.#embedded.emulator.requests.mark();
      const bytes = new Set(lost.map((material) => material.bytes));
      this.#deletedEarly.set(now.arn, { bytes, expiresAtMs: Math.min(...expiries), mark });
    }
    const imported = now.materials.some(
      (material) => material.bytes !== undefined && !isTheSame(touched.materials, material),
    );
    if (what.startsWith("imports") && imported) this.#lifetimeUnseen.add(now.arn);
    if (what.startsWith("imports") && isWhole(now, this.#nowMs()) && !isWhole(touched, this.#nowMs())) {
      this.#deletedEarly.delete(now.arn);
      this.#forgetReport(now.arn);
    }
    // What byok has not seen it cannot keep: the next run that succeeds sees it.
    if (touched.enabled !== now.enabled) this.#enabled.delete(now.arn);
    // A key whose deletion others cancel stays as they leave it.
    if (what === "cancels" && touched.deletion !== undefined && now.deletion === undefined) {
      this.#revived.add(now.arn);
      this.#enabled.delete(now.arn);
    }
  }

  /** The user no longer wants the report, or nothing is left that could know of it. */
  afterEdit(repository: Repository): void {
    for (const [name] of this.#reported) {
      const material = [...repository.materials.values()].find(({ address }) => address === name);
      if (material?.onDeletion !== "report") this.#reported.delete(name);
    }
  }

  forget(name: string): void {
    this.#described.delete(name);
    this.#reported.delete(name);
  }

  async begin(order: Order, tool: Tool): Promise<void> {
    const before = this.#embedded.keys();
    this.#remember(before);
    const mark = this.#embedded.emulator.requests.mark();
    this.#watched = { order, held: tool.held(), before, mark, effects: [], schedules: [], rotations: [] };
  }

  async end(
    report: Report,
    tool: Tool,
    { isDead, befell }: { readonly isDead: boolean; readonly befell: boolean },
  ): Promise<void> {
    const watched = this.#watched;
    if (watched === undefined) return;
    this.#watched = undefined;
    const after = this.#embedded.keys();
    this.#remember(after);
    const held = tool.held();
    this.#wasKilled ||= isDead;
    this.#judgeWords(report, held);
    // A saved plan says what was true when it was made.
    if (!befell && watched.order.verb !== "apply saved") this.#judgePlan(watched, report, tool);
    this.#judgeDeletions(watched, report, held, after, isDead);
    this.#judgeImports(watched, report, held, befell);
    // Nobody can hold a KMS to what it rotates to: between the look and the request others may act.
    if (!befell) this.#judgeRotated(watched, held);
    this.#judgeSchedules(watched, report);
    if (watched.order.verb === "apply saved") this.#noteRevived(watched, after);
    this.#judgeOthers(watched, after);
    this.#judgeWritten(tool.written());
    if (isDead) this.#noteHalfBack(watched, held, after);
    this.#forgetWords(watched, held);
    const persists = ["apply", "apply saved", "destroy"].includes(watched.order.verb);
    if (!persists || !report.ok || befell) return;
    if (watched.order.verb === "apply") await this.#judgeConverged(watched, report, held, after);
    this.#noteReports(watched, after);
    for (const key of watched.before) if (isWhole(key, this.#nowMs())) this.#lifetimeUnseen.delete(key.arn);
  }

  /** Every key that is configured is there, with its bytes, as far as a run could bring that about. */
  async #judgeConverged(
    { order: { repository }, held: before, effects }: Watched,
    report: Report,
    held: readonly Held[],
    after: readonly KeptKey[],
  ): Promise<void> {
    for (const { address, description } of repository.materials.values()) this.#described.set(address, description);
    for (const [role, declared] of repository.keys) {
      const arn = held.find(({ kind, name }) => kind === "key" && name === declared.address)?.arn;
      const key = after.find((one) => one.arn === arn);
      if (key === undefined) {
        this.#report(4, "a run that succeeded leaves no key", `${role} ${arn}`);
        continue;
      }
      if (key.deletion !== undefined)
        this.#report(3, "a run that succeeded leaves a configured key pending deletion", arn);
      const nowMs = this.#nowMs();
      for (const material of repository.materials.values()) {
        if (material.key !== role || !this.#isObliged(repository, material, key)) continue;
        const bytes = bytesFor(repository, this.#disk, material);
        const isDoubtful =
          this.#lifetimeUnseen.has(key.arn) ||
          !before.some((one) => one.name === material.address && one.arn === key.arn && one.verified);
        // Nobody knows any more whether it expired or was deleted: the user is informed, and decides.
        const isTold =
          material.onDeletion === "report" &&
          report.warnings.some((warning) => warning.includes(key.arn) || warning.includes(key.id));
        if (bytes !== undefined && !holds(key, bytes, nowMs) && !(isDoubtful && isTold)) {
          this.#report(1, "a run that succeeded leaves a key without its bytes, which are at hand", said(report, arn));
        }
      }
      this.#judgeRotations(repository, role, key, report);
      const isDeletedNow = ({ id }: KeptMaterial): boolean =>
        effects.some(
          (one) => deletions.has(one.operation) && one.arn === key.arn && one.bytes === this.#bytesOf.get(id),
        );
      this.#judgeLost(repository, role, key, report, isDeletedNow);
      this.#judgeIntentions(key, held);
      if (!isWhole(key, nowMs)) {
        // What was asked for while the key shows neither is the last word on it until somebody changes it.
        if (declared.enabled !== undefined) this.#enabled.set(key.arn, declared.enabled);
        continue;
      }
      const wanted = declared.enabled ?? this.#enabled.get(key.arn);
      const isLeftSo =
        this.#halfBack.delete(key.arn) &&
        declared.enabled === undefined &&
        report.warnings.some((warning) => warning.includes(key.arn) && /the key is Disabled/.test(warning));
      if (wanted !== undefined && key.deletion === undefined && key.enabled !== wanted && !isLeftSo) {
        const is = key.enabled ? "Enabled" : "Disabled";
        this.#report(5, `a run that succeeded leaves a key ${is} that is not to be`, said(report, arn));
      }
      this.#enabled.set(key.arn, key.enabled);
      await this.#judgeUse(key);
    }
  }

  /** A key that is to be rotated has been, and what was the current material before is still there. */
  #judgeRotations(repository: Repository, role: string, key: KeptKey, report: Report): void {
    if (key.deletion !== undefined) return;
    for (const { key: of, material } of repository.rotations.values()) {
      const declared = repository.materials.get(material);
      if (of !== role || declared === undefined) continue;
      const ever = bytesEverIn(this.#disk, declared).map((bytes) => bytes.toString("base64"));
      const isDone = lasting(key).some(({ id }) => ever.includes(this.#bytesOf.get(id) ?? ""));
      if (!isDone) this.#report(1, "a run that succeeded leaves a key that is not rotated", said(report, key.arn));
    }
  }

  /** What byok noted on a key for as long as something was to be done is gone, once it is done. */
  #judgeIntentions(key: KeptKey, held: readonly Held[]): void {
    const { arn, tags } = key;
    const untagged = this.#embedded.emulator.requests.all().filter(({ operation }) => operation === "UntagResource");
    const isHindered = this.#wasKilled || untagged.some(({ status }) => status !== 200);
    if (isHindered || key.deletion !== undefined || !isWhole(key, this.#nowMs())) return;
    // What became of an import whose answer was lost is not known before the next one, which may never come.
    const materials = held.filter((one) => one.kind === "material" && one.arn === arn);
    const isOpen = materials.length === 0 || materials.some(({ verified }) => !verified);
    const left = tags
      .map(([name]) => name)
      .filter((name) => name.startsWith("byok:") && !lastingTags.has(name) && !(isOpen && name === "byok:importing"));
    if (left.length > 0) this.#report(5, `an intention is left on a key (${left.join()})`, arn);
  }

  /** A key that holds its configured bytes and cannot be used for lack of others: somebody has to be told which. */
  #judgeLost(
    repository: Repository,
    role: string,
    key: KeptKey,
    { warnings }: Report,
    isDeletedNow: (material: KeptMaterial) => boolean,
  ): void {
    const nowMs = this.#nowMs();
    const mine = [...repository.materials.values()].filter((material) => material.key === role);
    const held = mine.filter((material) => {
      const bytes = bytesFor(repository, this.#disk, material);
      return bytes !== undefined && holds(key, bytes, nowMs);
    });
    if (held.length === 0 || key.deletion !== undefined) return;
    for (const material of lasting(key)) {
      if (isThere(material, nowMs) || warnings.some((warning) => warning.includes(material.id))) continue;
      // The plan said that it goes.
      if (isDeletedNow(material)) continue;
      this.#report(5, "nobody learns of material that a key lacks", `${key.arn} ${material.id}`);
    }
  }

  /** Whether byok owes the key its bytes: they are at hand and right, and nothing speaks against them. */
  #isObliged(repository: Repository, material: MaterialDeclared, key: KeptKey): boolean {
    const bytes = bytesFor(repository, this.#disk, material);
    if (bytes === undefined || this.#reported.has(material.address)) return false;
    const known = this.#held.get(key.arn);
    // New bytes succeed those that a key has had.
    if (material.succeeds === undefined && known !== undefined && !known.has(bytes.toString("base64"))) return false;
    const { lifetime, onDeletion } = material;
    if (lifetime.kind === "until" && lifetime.validToMs <= this.#nowMs()) return false;
    return !(onDeletion === "report" && this.#deletedEarly.has(key.arn));
  }

  /** Old ciphertexts open; a new one is kept of each material. */
  async #judgeUse(key: KeptKey): Promise<void> {
    if (!key.enabled || key.deletion !== undefined) return;
    const kept = this.#ciphertexts.get(key.arn) ?? new Map<string, string>();
    this.#ciphertexts.set(key.arn, kept);
    for (const ciphertext of kept.values()) {
      const opened = await this.#embedded.decrypt(key, ciphertext);
      if (opened !== plaintext) this.#report(2, "an old ciphertext does not open after a run that succeeded", opened);
    }
    const current = key.materials.find(({ role }) => role === "current");
    if (current === undefined || kept.has(current.id)) return;
    const made = await this.#embedded.encrypt(key);
    if (!made.startsWith("!")) kept.set(current.id, made);
  }

  #judgeWords({ errors }: Report, held: readonly Held[]): void {
    for (const { kind, name, isBroken } of held) {
      if (isBroken) this.#report(4, `a ${kind} is tainted`, name);
    }
    for (const error of errors) {
      if (/inconsistent|invalid (?:plan|object)|\[internal\]|still unknown/.test(error)) {
        this.#report(4, "the tool refuses what the provider answered", error);
      }
    }
  }

  #judgeDeletions(
    watched: Watched,
    report: Report,
    held: readonly Held[],
    after: readonly KeptKey[],
    isDead: boolean,
  ): void {
    const { repository } = watched.order;
    const nowMs = this.#nowMs();
    for (const { operation, arn, bytes, after: atOnce } of watched.effects) {
      if (!deletions.has(operation)) continue;
      const buffer = Buffer.from(bytes, "base64");
      if (this.#proved.get(arn)?.has(bytes) !== true) {
        this.#report(1, "bytes were deleted that no import of byok's brought in", arn);
      }
      // Each material of a key is asked for by itself.
      const named = (change: Change): string | undefined =>
        watched.held.find((one) => one.kind === "material" && one.name === change.name && one.arn === arn)?.fingerprint;
      const asking = (report.plan ?? []).find(
        (change) => releases(change, arn) && (named(change) ?? fingerprintOfRaw(buffer)) === fingerprintOfRaw(buffer),
      );
      if (asking === undefined && this.#embedded.kms !== "qkms") {
        this.#report(1, "bytes were deleted though nothing asked for it", arn);
      }
      const key = after.find((one) => one.arn === arn);
      // What the key holds again was deleted to be imported again.
      const isBack = holds(key, buffer, nowMs);
      // What is left of an earlier run's replacement is deleted with its successor in the state.
      const isMove = asking !== undefined && (asking.action !== "delete" || asking.to !== undefined);
      const isMoved = !isBack && isMove && asking.to !== arn;
      const target = held.find(({ kind, name }) => kind === "material" && name === asking?.name && isMoved);
      if (target !== undefined) {
        const there = atOnce.find((one) => one.arn === target.arn && target.arn !== arn);
        const declared = [...repository.materials.values()].find(({ address }) => address === target.name);
        if (declared !== undefined && there !== undefined && !holds(there, buffer, nowMs)) {
          this.#report(1, "a key was emptied before the key to which its material moves held the bytes", arn);
        }
      }
      const isGoing = key?.deletion !== undefined || key === undefined;
      if (isGoing || isDead || isBack) continue;
      const role = roleOf(repository, held, arn) ?? roleOf(repository, watched.held, arn);
      const needing = [...repository.materials.values()].filter((material) => {
        const mine = bytesFor(repository, this.#disk, material);
        const { lifetime } = material;
        const isOver = lifetime.kind === "until" && lifetime.validToMs <= nowMs;
        if (material.key !== role || isOver) return false;
        if (mine !== undefined) return mine.equals(buffer);
        // Bytes that are absent may be those, unless the configuration names others by their fingerprint.
        const fingerprint = fingerprintFor(this.#disk, material);
        const mayBe = fingerprint === undefined || fingerprint === fingerprintOfRaw(buffer);
        return mayBe && bytesEverIn(this.#disk, material).some((one) => one.equals(buffer));
      });
      if (needing.length > 0) {
        this.#report(1, "a run emptied a key that is configured to hold the bytes", said(report, arn));
      }
    }
  }

  #judgeImports(watched: Watched, { plan = [] }: Report, held: readonly Held[], befell: boolean): void {
    const { repository } = watched.order;
    for (const { operation, arn, bytes, hasSeenDeletion } of watched.effects) {
      if (operation !== imports) continue;
      const role = roleOf(repository, held, arn) ?? roleOf(repository, watched.held, arn);
      const configured = [...repository.materials.values()].filter(({ key }) => key === role);
      const right = configured.some((one) => bytesFor(repository, this.#disk, one)?.toString("base64") === bytes);
      if (!right && role !== undefined)
        this.#report(2, "other bytes were imported than those configured for the key", arn);
      // Who moves the bytes there, or declares them again, asks for them.
      const isAsked = plan.some(
        (one) => one.kind === "material" && one.action !== "delete" && one.to === arn && one.from !== arn,
      );
      for (const [name, reported] of this.#reported) {
        const isAnother =
          reported.arn !== arn || reported.fingerprint !== fingerprintOfRaw(Buffer.from(bytes, "base64"));
        if (isAsked || isAnother || configured.some(({ onDeletion }) => onDeletion !== "report")) continue;
        this.#report(5, "bytes came back whose deletion was to be reported only", `${name} ${arn}`);
      }
      // The state says that byok's own bytes were there, and others deleted them: that is what `report` is for.
      const recorded = watched.held.filter((one) => one.kind === "material" && one.arn === arn && one.verified);
      const stays = recorded.some(({ name }) =>
        plan.some(
          (change) =>
            change.kind === "material" && change.name === name && change.action === "update" && change.to === arn,
        ),
      );
      if (
        !isAsked &&
        stays &&
        hasSeenDeletion &&
        // Once it would have expired, only a run that looked before can know what became of it: see above.
        this.#wouldBeThere(arn) &&
        this.#deletedEarly.get(arn)?.bytes.has(bytes) === true &&
        configured.every(({ onDeletion }) => onDeletion === "report")
      ) {
        this.#report(5, "bytes came back although their deletion is to be reported only", arn);
      }
      // Other material of the key is as gone as it was.
      if (this.#deletedEarly.get(arn)?.bytes.has(bytes) === true) this.#deletedEarly.delete(arn);
      this.#forgetReport(arn, bytes);
    }
    if (befell) return;
    for (const request of this.#embedded.emulator.requests.since(watched.mark))
      this.#judgeRefusedImport(request, watched, held);
  }

  /** A key is rotated to bytes to which the configuration rotates it, and to no others. */
  #judgeRotated({ rotations, order: { repository }, held: before }: Watched, held: readonly Held[]): void {
    for (const { arn, bytes = "" } of rotations) {
      const role = roleOf(repository, held, arn) ?? roleOf(repository, before, arn);
      const asked = [...repository.rotations.values()].filter(({ key }) => key === role);
      const right = asked
        .flatMap(({ material }) => repository.materials.get(material) ?? [])
        .flatMap((material) => bytesEverIn(this.#disk, material));
      if (!right.some((each) => each.toString("base64") === bytes))
        this.#report(2, "a key was rotated to other bytes than those configured", arn);
    }
  }

  /** Bytes that the record speaks against are refused before anything is called. */
  #judgeRefusedImport(
    { operation, errorCode = "", keyArn }: LoggedRequest,
    { order: { repository }, held, before }: Watched,
    after: readonly Held[],
  ): void {
    if (operation !== imports || !/IncorrectKeyMaterial/.test(errorCode) || keyArn === undefined) return;
    // A replica that is made again has the ARN of the one that is gone, and nothing on record is about it.
    if (!before.some(({ arn }) => arn === keyArn)) return;
    const role = roleOf(repository, after, keyArn) ?? roleOf(repository, held, keyArn);
    // Material that moves into a key, or is new there, has nothing on record of it, and the KMS alone knows what the key held.
    const isArriving = [...repository.materials.values()].some(
      ({ key, address, formerly }) =>
        key === role &&
        !held.some(
          ({ kind, name, arn }) => kind === "material" && arn === keyArn && (name === address || name === formerly),
        ),
    );
    if (isArriving) return;
    for (const record of held) {
      if (record.kind !== "material" || record.arn !== keyArn || !record.verified) continue;
      const declared = [...repository.materials.values()].find(({ address }) => address === record.name);
      const bytes = declared === undefined ? undefined : bytesFor(repository, this.#disk, declared);
      if (bytes !== undefined && record.fingerprint !== fingerprintOfRaw(bytes)) {
        this.#report(2, "other bytes were sent than those that are on record", keyArn);
      }
    }
  }

  #judgeSchedules({ schedules, held, order: { repository } }: Watched, { plan = [] }: Report): void {
    const declared = [...repository.keys.values()];
    for (const arn of schedules) {
      if (this.#foreign.has(arn)) this.#report(3, "the deletion of a key of others was scheduled", arn);
      const had = held.filter((one) => one.kind === "key" && one.arn === arn).map(({ name }) => name);
      const renamed = declared.filter(({ formerly }) => formerly !== undefined && had.includes(formerly));
      const names = [...had, ...renamed.map(({ address }) => address)];
      const isAsked = plan.some(
        ({ kind, name, action }) =>
          kind === "key" && names.includes(name) && (action === "delete" || action === "replace"),
      );
      if (!isAsked) this.#report(3, "the deletion of a key was scheduled though nothing asked for it", arn);
    }
  }

  #judgeOthers({ order: { repository } }: Watched, after: readonly KeptKey[]): void {
    for (const [arn, was] of this.#foreign) {
      const is = after.find((key) => key.arn === arn);
      if (is === undefined) continue;
      const touched = (["tags", "description", "policy", "enabled", "deletion"] as const).filter(
        (aspect) => JSON.stringify(was[aspect]) !== JSON.stringify(is[aspect]),
      );
      if (touched.length > 0) this.#report(3, `a key of others was touched (${touched.join()})`, arn);
    }
    for (const { creationToken } of repository.keys.values()) {
      const bearing = after.filter(
        ({ arn, deletion, tags }) =>
          deletion === undefined &&
          !this.#revived.has(arn) &&
          tags.some(([name, value]) => name === "byok:creation-token" && value === creationToken),
      );
      if (bearing.length > 1) this.#report(3, "several keys have one creation token", creationToken);
    }
  }

  /** What a plan says of a key is true of it. */
  #judgePlan(
    { before, order: { repository }, held, effects }: Watched,
    { plan, isPlanned, warnings }: Report,
    { interleaves }: Tool,
  ): void {
    if (plan === undefined || !isPlanned) return;
    const nowMs = this.#nowMs();
    for (const { kind, name, action, from } of plan) {
      if (action !== "no-op" || from === undefined) continue;
      const key = before.find(({ arn }) => arn === from);
      if (kind === "key") {
        if (key?.deletion !== undefined)
          this.#report(5, "no changes are planned for a key that is pending deletion", from);
        continue;
      }
      if (kind !== "material") continue;
      const declared = [...repository.materials.values()].find(({ address }) => address === name);
      if (declared === undefined || key === undefined || key.deletion !== undefined) continue;
      const bytes = bytesFor(repository, this.#disk, declared);
      if (bytes === undefined || holds(key, bytes, nowMs) || !this.#isObliged(repository, declared, key)) continue;
      const text = bytes.toString("base64");
      const isMended = effects.some((one) => one.operation === imports && one.arn === from && one.bytes === text);
      if (interleaves && isMended) continue;
      const isTold = warnings.some((warning) => warning.includes(name) || warning.includes(from));
      const isProved = held.some((one) => one.name === name && one.verified);
      // What is reported is the user's to decide, whatever else the same run brought into the key.
      if (isTold && (!isProved || this.#embedded.kms === "qkms" || declared.onDeletion === "report")) continue;
      this.#report(
        5,
        "no changes are planned for a dead key whose bytes are at hand",
        `${name} ${from} ${warnings.join(" ")}`,
      );
    }
  }

  #judgeWritten(text: string): void {
    for (const bytes of this.#disk.pool) {
      for (const needle of [
        bytes.toString("hex"),
        bytes.toString("base64").replace(/=+$/, ""),
        bytes.toString("latin1"),
      ]) {
        if (text.includes(needle)) this.#report(6, "bytes of key material were written down", "");
      }
    }
  }

  /** What a successful run has seen, it has written down. */
  #noteReports({ order: { repository }, held, before }: Watched, after: readonly KeptKey[]): void {
    for (const record of held) {
      if (record.kind !== "material" || !record.verified) continue;
      if (!this.#wouldBeThere(record.arn)) continue;
      const declared = [...repository.materials.values()].find(({ address }) => address === record.name);
      const [was, is] = [before, after].map((all) => all.find(({ arn }) => arn === record.arn));
      const lacks = [was, is].every(
        (key) =>
          key?.deletion === undefined &&
          key?.materials.every((one) => !isThere(one, this.#nowMs()) || !this.#isOf(one, record)),
      );
      if (declared?.onDeletion === "report" && lacks) this.#reported.set(record.name, record);
    }
  }

  #isOf({ id, bytes = this.#bytesOf.get(id) }: KeptMaterial, { fingerprint }: Held): boolean {
    return bytes !== undefined && fingerprintOfRaw(Buffer.from(bytes, "base64")) === fingerprint;
  }

  /** A plan of yesterday still has keys in it that were given up since, and whose successors have their tokens. */
  #noteRevived({ before }: Watched, after: readonly KeptKey[]): void {
    for (const { arn, deletion } of before) {
      const now = after.find((key) => key.arn === arn);
      if (deletion !== undefined && now !== undefined && now.deletion === undefined) this.#revived.add(arn);
    }
  }

  /** What is found in the place of a new key has nothing on record, and is to be as a new one. */
  #forgetWords({ order: { repository }, held: before }: Watched, held: readonly Held[]): void {
    for (const { address, formerly } of repository.keys.values()) {
      const arn = held.find(({ kind, name }) => kind === "key" && name === address)?.arn;
      const isOnRecord = before.some(
        (one) => one.kind === "key" && one.arn === arn && (one.name === address || one.name === formerly),
      );
      if (arn !== undefined && !isOnRecord) this.#enabled.delete(arn);
    }
  }

  #noteHalfBack({ before }: Watched, held: readonly Held[], after: readonly KeptKey[]): void {
    for (const { arn, deletion, enabled } of after) {
      const wasLeaving = before.find((key) => key.arn === arn)?.deletion !== undefined;
      const isKnown = held.some((one) => one.kind === "key" && one.arn === arn && one.isLeaving);
      if (wasLeaving && deletion === undefined && !enabled && !isKnown) this.#halfBack.add(arn);
    }
  }

  #hasSeenDeletion(arn: string): boolean {
    const deletion = this.#deletedEarly.get(arn);
    if (deletion === undefined) return false;
    const since = this.#embedded.emulator.requests.since(deletion.mark);
    return since.some((request) => isOfByok(request) && request.operation === "DescribeKey" && request.keyArn === arn);
  }

  /** Whether the material that somebody else deleted would not have expired by now, as far as anybody can know. */
  #wouldBeThere(arn: string): boolean {
    return !this.#lifetimeUnseen.has(arn) && (this.#deletedEarly.get(arn)?.expiresAtMs ?? 0) > this.#nowMs();
  }

  /** @param bytes What came back. Default: all. */
  #forgetReport(arn: string, bytes?: string): void {
    const fingerprint = bytes === undefined ? undefined : fingerprintOfRaw(Buffer.from(bytes, "base64"));
    for (const [name, reported] of this.#reported) {
      if (reported.arn === arn && (fingerprint ?? reported.fingerprint) === reported.fingerprint)
        this.#reported.delete(name);
    }
  }

  #remember(keys: readonly KeptKey[]): void {
    for (const { arn, materials } of keys) {
      for (const { id, bytes } of materials) {
        if (bytes === undefined) continue;
        add(this.#held, arn, bytes);
        this.#bytesOf.set(id, bytes);
      }
    }
  }

  #nowMs(): number {
    return this.#embedded.emulator.clock.now().getTime();
  }

  #report(rule: Violation["rule"], what: string, detail = ""): void {
    this.violations.push({ rule, what, detail });
  }

  /** Says what went wrong at the end of a walk. */
  stuck(what: string, detail: string): void {
    this.#report(4, what, detail);
  }

  /** Why a person must do something about a repository, as far as the walk knows a reason. */
  excuses(
    repository: Repository,
    held: readonly Held[],
    keys: readonly KeptKey[],
    errors: readonly string[],
  ): readonly string[] {
    return excusesIn({
      repository,
      held,
      keys,
      errors,
      nowMs: this.#nowMs(),
      kms: this.#embedded.kms,
      disk: this.#disk,
      bytesGiven: this.#held,
      bytesOf: this.#bytesOf,
      foreign: this.#foreign,
      revived: this.#revived,
      deletedEarly: this.#deletedEarly,
      described: this.#described,
    });
  }
}

function releases({ kind, action, from, to, deletionPolicy }: Change, arn: string): boolean {
  if (kind !== "material" || from !== arn || deletionPolicy !== "delete") return false;
  return action === "delete" || action === "replace" || (action === "update" && to !== arn);
}

function isTheSame(others: readonly KeptMaterial[], material: KeptMaterial): boolean {
  return others.some((other) => JSON.stringify(other) === JSON.stringify(material));
}

function add(map: Map<string, Set<string>>, name: string, value: string): void {
  map.set(name, (map.get(name) ?? new Set()).add(value));
}

function said({ plan = [], errors, warnings }: Report, arn: string | undefined): string {
  const actions = plan.map(({ kind, name, action }) => `${kind} ${name}: ${action}`).join(", ");
  return [arn, actions, ...errors, ...warnings].join("\n    ");
}
