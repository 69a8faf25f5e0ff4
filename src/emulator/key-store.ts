import { createHmac, randomBytes } from "node:crypto";
import { type Key, releaseWhenEverywhere } from "./key";
import { expireMaterial } from "./material-loss";

/** A name that points to a key of its account and Region. */
export interface Alias {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAtMs: number;
  keyId: string;
  updatedAtMs: number;
}

const dayMs = 86_400_000;

/** Every key of every account and Region, whatever wire made it. Time passes for the keys when `settle` is called. */
export class KeyStore {
  /** Makes material ids that nobody outside can compute. */
  readonly secret: Buffer;
  readonly #keys = new Map<string, Key>();
  readonly #aliases = new Map<string, Alias>();

  constructor(secret: Buffer = randomBytes(32)) {
    this.secret = secret;
  }

  add(key: Key): void {
    this.#keys.set(place(key.accountId, key.region, key.id), key);
  }

  find(accountId: string, region: string, keyId: string): Key | undefined {
    return this.#keys.get(place(accountId, region, keyId));
  }

  /** Keys of one account and Region, ordered by id. */
  list(accountId: string, region: string): Key[] {
    return this.all()
      .filter((key) => key.accountId === accountId && key.region === region)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  all(): Key[] {
    return [...this.#keys.values()];
  }

  /** The same multi-Region key in all its Regions, this one included. */
  family(key: Key): Key[] {
    if (key.multiRegion === "none") return [key];
    return this.all().filter((other) => other.accountId === key.accountId && other.id === key.id);
  }

  primary(key: Key): Key | undefined {
    return this.family(key).find((other) => other.multiRegion === "primary");
  }

  replicas(key: Key): Key[] {
    return this.family(key).filter((other) => other.multiRegion === "replica");
  }

  /** 64 hex digits, from the key's id and its bytes. */
  materialId(keyId: string, bytes: Buffer): string {
    return createHmac("sha256", this.secret).update(`${keyId}\n`).update(bytes).digest("hex");
  }

  alias(accountId: string, region: string, name: string): Alias | undefined {
    return this.#aliases.get(place(accountId, region, name));
  }

  aliases(): Alias[] {
    return [...this.#aliases.values()];
  }

  putAlias(alias: Alias): void {
    this.#aliases.set(place(alias.accountId, alias.region, alias.name), alias);
  }

  deleteAlias(alias: Alias): void {
    this.#aliases.delete(place(alias.accountId, alias.region, alias.name));
  }

  /** Forgets every key, with its bytes, and every alias. */
  clear(): void {
    for (const material of this.all().flatMap(({ materials }) => materials)) material.bytes?.fill(0);
    this.#keys.clear();
    this.#aliases.clear();
  }

  /**
   * Lets the time up to now do its work: material expires, keys whose waiting period is over vanish.
   * @returns whether there was any work
   */
  settle(nowMs: number): boolean {
    let changed = false;
    for (;;) {
      const due = this.all()
        .flatMap((key) => (key.deletion?.kind === "scheduled" ? [{ key, atMs: key.deletion.atMs }] : []))
        .filter(({ atMs }) => atMs <= nowMs)
        .toSorted((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#vanish(due.key, due.atMs);
      changed = true;
    }
    for (const key of this.#keys.values()) {
      if (expireMaterial(key, this.family(key), nowMs)) changed = true;
    }
    return changed;
  }

  #vanish(key: Key, atMs: number): void {
    const primary = key.multiRegion === "replica" ? this.primary(key) : undefined;
    for (const material of key.materials) material.bytes?.fill(0);
    this.#keys.delete(place(key.accountId, key.region, key.id));
    for (const alias of this.aliases()) {
      if (alias.accountId === key.accountId && alias.region === key.region && alias.keyId === key.id) {
        this.deleteAlias(alias);
      }
    }
    if (primary !== undefined) releaseWhenEverywhere(this.family(primary));
    if (primary?.deletion?.kind === "after replicas" && this.replicas(primary).length === 0) {
      primary.deletion = { kind: "scheduled", atMs: atMs + primary.deletion.windowDays * dayMs };
    }
  }
}

function place(accountId: string, region: string, name: string): string {
  return `${accountId}/${region}/${name}`;
}
