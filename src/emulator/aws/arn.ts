/** `aws`, `aws-cn` or `aws-us-gov`, by Region. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

export function kmsArn(region: string, accountId: string, resource: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${accountId}:${resource}`;
}

export function keyArn(region: string, accountId: string, keyId: string): string {
  return kmsArn(region, accountId, `key/${keyId}`);
}

/** What a KeyId member names. */
export type KeyReference =
  | { readonly kind: "key"; readonly keyId: string; readonly accountId?: string; readonly region?: string }
  | { readonly kind: "alias"; readonly name: string; readonly accountId?: string; readonly region?: string }
  /** Not shaped like any identifier of a key. */
  | { readonly kind: "malformed id" }
  | { readonly kind: "malformed arn" };

const keyIdPattern = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function parsedReference(text: string): KeyReference {
  if (!text.startsWith("arn:")) return resourceReference(text.startsWith("alias/") ? text : `key/${text}`);
  const [, , service, region, accountId, rest, ...more] = text.split(":");
  if (service !== "kms" || !region || !accountId || !rest || more.length > 0) return { kind: "malformed arn" };
  const named = resourceReference(rest);
  return named.kind === "key" || named.kind === "alias" ? { ...named, accountId, region } : named;
}

function resourceReference(text: string): KeyReference {
  if (text.startsWith("alias/")) return { kind: "alias", name: text };
  const keyId = text.startsWith("key/") ? text.slice("key/".length) : "";
  return keyIdPattern.test(keyId) ? { kind: "key", keyId } : { kind: "malformed id" };
}
