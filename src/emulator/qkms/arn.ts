/** QKMS has no Regions; this stands in their place where keys are kept and requests are logged. */
export const qkmsRegion = "qkms";

/** As most pages of the documentation print it: four fields and no Region. */
export function keyArn(accountId: string, keyId: string): string {
  return `arn:verenc:${accountId}:key/${keyId}`;
}

/** What a KeyId member names. */
export type KeyReference =
  | { readonly kind: "key"; readonly keyId: string; readonly accountId: string | undefined }
  | { readonly kind: "malformed arn" }
  | { readonly kind: "malformed id" };

const keyIdPattern = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** The three spellings of the documentation. */
const keyArnPattern = /^arn:(?:|aws:|:)verenc:(\d{12}):key\/([\w-]+)$/;

export function parsedReference(text: string): KeyReference {
  const [, accountId, keyId = text] = keyArnPattern.exec(text) ?? [];
  if (accountId === undefined && text.startsWith("arn:")) return { kind: "malformed arn" };
  return keyIdPattern.test(keyId) ? { kind: "key", keyId, accountId } : { kind: "malformed id" };
}
