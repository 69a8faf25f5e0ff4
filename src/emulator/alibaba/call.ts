import type { Key } from "../key";
import type { World } from "../world";
import { AlibabaError } from "./errors";
import type { Identity } from "./identity";
import { requireState } from "./states";

/** Who asks, where and for what. */
export interface Caller {
  readonly operation: string;
  readonly region: string;
  readonly identity: Identity;
}

/** One request to Alibaba Cloud KMS while it is carried out. */
export interface AlibabaCall extends Caller {
  readonly world: World;
  readonly nowMs: number;
  /** Whether the operation leaves everything as it was. */
  readonly reads: boolean;
  /** The key that the operation made, once it has. */
  created: Key | undefined;
}

export function keyArn(region: string, accountId: string, keyId: string): string {
  return `acs:kms:${region}:${accountId}:key/${keyId}`;
}

/** @param name `alias/…` */
export function aliasArn(region: string, accountId: string, name: string): string {
  return `acs:kms:${region}:${accountId}:${name}`;
}

/**
 * The key that a parameter names by its id, its ARN or, where the operation takes one, an alias.
 * @throws AlibabaError Forbidden.KeyNotFound, Forbidden.AliasNotFound, Unsupported.Alias
 */
export function namedKey(call: AlibabaCall, keyId: string, options: { readonly aliases?: boolean } = {}): Key {
  if (/(?:^|:)alias\//.test(keyId) && options.aliases !== true) throw new AlibabaError("Unsupported.Alias");
  const found = meantKey(call.world, call, keyId);
  const seen = found === undefined ? undefined : call.world.visibility.look(found, call.reads, call.nowMs);
  if (seen !== undefined) return seen;
  throw new AlibabaError(/(?:^|:)alias\//.test(keyId) ? "Forbidden.AliasNotFound" : "Forbidden.KeyNotFound");
}

/** As `namedKey`, in a state in which the operation works. @throws AlibabaError Rejected.… */
export function usableKey(call: AlibabaCall, keyId: string, options: { readonly aliases?: boolean } = {}): Key {
  const key = namedKey(call, keyId, options);
  requireState(call.operation, key, call.nowMs);
  return key;
}

/** @throws AlibabaError Unsupported.Origin where the key's material is the KMS's own */
export function requireExternal(key: Key): void {
  if (key.origin !== "external") throw new AlibabaError("Unsupported.Origin");
}

/** The key that a request means, without any error; for logs, faults and denials. */
export function meantKey(world: World, { region, identity }: Caller, keyId: string): Key | undefined {
  const [, place, accountId, rest] = /^acs:kms:([^:]*):([^:]*):(?:key\/)?(.+)$/.exec(keyId) ?? [];
  if (place !== undefined && (place !== region || accountId !== identity.accountId)) return undefined;
  const name = rest ?? keyId;
  const target = name.startsWith("alias/") ? world.store.alias(identity.accountId, region, name)?.keyId : name;
  return target === undefined ? undefined : world.store.find(identity.accountId, region, target);
}
