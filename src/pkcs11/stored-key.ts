import { attribute, objectClass } from "./constants";
import type { Cryptoki, Handle, Template } from "./cryptoki";
import { Pkcs11Fault } from "./fault";
import { shown } from "./shown";
import { type ObjectType, objectTypes, percentEncoded, type Pkcs11Uri } from "./uri";

/** A key in the token. */
export interface StoredKey {
  readonly handle: Handle;
  readonly type: ObjectType;
  readonly label: string;
  readonly id: Buffer;
}

const classOf: Readonly<Record<ObjectType, number>> = {
  "secret-key": objectClass.secretKey,
  private: objectClass.privateKey,
};

/** The most keys that a message lists. */
const mostListed = 10;

/**
 * The one key that a URI names, among those that the session sees. Session objects of other programs are none.
 *
 * @throws Pkcs11Fault `no_such_object`, `several_objects`
 */
export function storedKey(module: Cryptoki, session: Handle, uri: Pkcs11Uri): StoredKey {
  const types = uri.type === undefined ? objectTypes : [uri.type];
  const keys = types.flatMap((type) =>
    module
      .findObjects(session, [[attribute.class, classOf[type]], [attribute.token, true], ...namedBy(uri)])
      .map((handle) => described(module, session, handle, type)),
  );
  const [key] = keys;
  if (key === undefined) throw new Pkcs11Fault("no_such_object", "The token shows no such key.");
  if (keys.length === 1) return key;
  const more = keys.length > mostListed ? `, and ${keys.length - mostListed} more` : "";
  // In an order of their own, since a token shows them in any.
  const listed = keys.map(words).toSorted().slice(0, mostListed).join("; ");
  throw new Pkcs11Fault("several_objects", `The URI fits ${listed}${more}.`);
}

/** The public half of a private key: the public key object that has its id, or the one with its label where it has none. */
export function publicHalf(module: Cryptoki, session: Handle, key: StoredKey): Handle | undefined {
  const name: Template[number] = key.id.length > 0 ? [attribute.id, key.id] : [attribute.label, Buffer.from(key.label)];
  const found = module.findObjects(session, [[attribute.class, objectClass.publicKey], [attribute.token, true], name]);
  return found.length === 1 ? found[0] : undefined;
}

function namedBy({ object, id }: Pkcs11Uri): Template {
  const label: Template = object === undefined ? [] : [[attribute.label, Buffer.from(object)]];
  return id === undefined ? label : [...label, [attribute.id, id]];
}

function described(module: Cryptoki, session: Handle, handle: Handle, type: ObjectType): StoredKey {
  const label = module.bytes(session, handle, attribute.label)?.toString() ?? "";
  return { handle, type, label, id: module.bytes(session, handle, attribute.id) ?? Buffer.alloc(0) };
}

function words({ type, label, id }: StoredKey): string {
  const idWords = id.length === 0 ? "without an id" : `id=${percentEncoded(id.subarray(0, 32))}`;
  return `${shown(label)} (type=${type}, ${idWords})`;
}
