import { constants, createDecipheriv, generateKeyPairSync, type KeyObject, privateDecrypt } from "node:crypto";
import { type WrappingAlgorithm, wrappingAlgorithms } from "../engine/wrapping-algorithm";
import { isCryptokiError } from "./cryptoki-error";
import { freshAesKey, publicKeyObject, type SessionContext, withSessionObject } from "./session-objects";
import { listedWays, type WrappingWay } from "./wrapping-way";

/** By which way a token wraps for each algorithm that it does. */
export interface Offers {
  readonly ways: ReadonlyMap<WrappingAlgorithm, WrappingWay>;
  /** False where the token did not let itself be tried, so that the ways are what it lists. */
  readonly tried: boolean;
}

/** Bytes of the key that is wrapped for a try. */
const tryBytes = 32;

/**
 * Tries which of some algorithms a token does. What it lists tells too little: SoftHSM lists OAEP and does it with SHA-1
 * alone, others take the parameters and use SHA-1 whatever they say, and CKM_AES_KEY_WRAP_PAD means two things. So the token
 * makes a key that is thrown away, wraps it for a public key whose private half is here and thrown away as well, and what
 * comes is opened. The user's key is not touched.
 */
export function rehearsedOffers(
  context: SessionContext,
  mechanisms: ReadonlyMap<number, number>,
  algorithms: readonly WrappingAlgorithm[],
): Offers {
  const listed = algorithms.map((algorithm) => [algorithm, listedWays(algorithm, mechanisms)] as const);
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const attempt = (): ReadonlyMap<WrappingAlgorithm, WrappingWay> =>
    withSessionObject(
      context,
      publicKeyObject(context, publicKey.export({ format: "der", type: "spki" })),
      (wrapping) =>
        withSessionObject(context, freshAesKey(context), (key) =>
          firstWays(listed, (algorithm, way) => works(algorithm, () => way.wrap(context, wrapping, key), privateKey)),
        ),
    );
  const ways = unlessRefused(attempt);
  return ways === undefined ? { ways: firstWays(listed, () => true), tried: false } : { ways, tried: true };
}

type Listed = readonly (readonly [WrappingAlgorithm, readonly WrappingWay[]])[];

function firstWays(
  listed: Listed,
  isGood: (algorithm: WrappingAlgorithm, way: WrappingWay) => boolean,
): ReadonlyMap<WrappingAlgorithm, WrappingWay> {
  return new Map(
    listed.flatMap(([algorithm, ways]) => {
      const way = ways.find((one) => isGood(algorithm, one));
      return way === undefined ? [] : [[algorithm, way] as const];
    }),
  );
}

function works(algorithm: WrappingAlgorithm, wrap: () => Buffer, privateKey: KeyObject): boolean {
  const wrapped = unlessRefused(wrap);
  return wrapped !== undefined && isOpened(algorithm, wrapped, privateKey);
}

/** Undefined where the token refuses. That it is gone or broken is no refusal. */
function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const isRefusal =
      isCryptokiError(error) &&
      !error.is("CKR_TOKEN_NOT_PRESENT", "CKR_DEVICE_REMOVED", "CKR_DEVICE_ERROR", "CKR_SESSION_COUNT");
    if (isRefusal) return undefined;
    throw error;
  }
}

/** Whether what was wrapped is opened as a KMS opens it. Exported for tests. */
export function isOpened(algorithm: WrappingAlgorithm, wrapped: Buffer, privateKey: KeyObject): boolean {
  const row = wrappingAlgorithms[algorithm];
  try {
    if (row.method === "pkcs1") return isPkcs1(wrapped, privateKey);
    const modulusBytes = (privateKey.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
    const opened = privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: row.hash },
      wrapped.subarray(0, modulusBytes),
    );
    if (row.method === "oaep") return wrapped.length === modulusBytes && opened.length === tryBytes;
    const decipher = createDecipheriv("id-aes256-wrap-pad", opened, Buffer.from("a65959a6", "hex"));
    return Buffer.concat([decipher.update(wrapped.subarray(modulusBytes)), decipher.final()]).length === tryBytes;
  } catch {
    return false;
  }
}

/** Node.js refuses this padding on versions of OpenSSL that leak by it, so the block is read here. */
function isPkcs1(wrapped: Buffer, privateKey: KeyObject): boolean {
  const block = privateDecrypt({ key: privateKey, padding: constants.RSA_NO_PADDING }, wrapped);
  return block[0] === 0 && block[1] === 2 && block.indexOf(0, 2) === block.length - tryBytes - 1;
}

export function algorithmsOf({ ways }: Offers, algorithms: readonly WrappingAlgorithm[]): readonly WrappingAlgorithm[] {
  return algorithms.filter((algorithm) => ways.has(algorithm));
}
