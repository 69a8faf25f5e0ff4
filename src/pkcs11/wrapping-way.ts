import type { MaterialShape } from "../engine/key-spec";
import { keysOf } from "../engine/table";
import { takesShape, type WrappingAlgorithm, wrappingAlgorithms } from "../engine/wrapping-algorithm";
import { mechanism, mechanismFlag, mgf1 } from "./constants";
import type { Handle, Mechanism, OaepParameter } from "./cryptoki";
import { freshAesKey, type SessionContext, withSessionObject } from "./session-objects";

/** One way in which a token wraps by an algorithm. */
export interface WrappingWay {
  /** The mechanisms that it takes, each with the flag that must be set. */
  readonly needs: readonly (readonly [mechanism: number, flag: number])[];
  /** The wrapped key. @param publicKey A session object. */
  wrap(context: SessionContext, publicKey: Handle, key: Handle): Buffer;
}

const sha1: OaepParameter = { hash: mechanism.sha1, mgf: mgf1.sha1 };
const sha256: OaepParameter = { hash: mechanism.sha256, mgf: mgf1.sha256 };

const ways: Readonly<Record<WrappingAlgorithm, readonly WrappingWay[]>> = {
  RSAES_OAEP_SHA_256: [direct({ type: mechanism.rsaPkcsOaep, parameter: sha256 })],
  RSAES_OAEP_SHA_1: [direct({ type: mechanism.rsaPkcsOaep, parameter: sha1 })],
  RSAES_PKCS1_V1_5: [direct({ type: mechanism.rsaPkcs })],
  RSA_AES_KEY_WRAP_SHA_256: aesKeyWrapWays(sha256),
  RSA_AES_KEY_WRAP_SHA_1: aesKeyWrapWays(sha1),
};

/**
 * The algorithms that come into question for a shape, the strongest first. Private keys go by RSA_AES_KEY_WRAP alone: RSA
 * mechanisms of tokens take secret keys, and what a KMS takes of a private key by OAEP depends on how the token spells it.
 */
export function algorithmsFor(shape: MaterialShape): readonly WrappingAlgorithm[] {
  return keysOf(ways).filter((algorithm) => {
    const isComposite = wrappingAlgorithms[algorithm].method === "rsa_aes_key_wrap";
    return takesShape(algorithm, shape.kind) && (shape.kind === "raw" || isComposite);
  });
}

/** The ways of an algorithm whose mechanisms a token lists. */
export function listedWays(
  algorithm: WrappingAlgorithm,
  mechanisms: ReadonlyMap<number, number>,
): readonly WrappingWay[] {
  return ways[algorithm].filter(({ needs }) =>
    needs.every(([type, flag]) => ((mechanisms.get(type) ?? 0) & flag) !== 0),
  );
}

function direct(how: Mechanism): WrappingWay {
  return {
    needs: [[how.type, mechanismFlag.wrap]],
    wrap: ({ module, session }, publicKey, key) => module.wrapKey(session, how, publicKey, key),
  };
}

/**
 * The token's own mechanism, or its two halves. CKM_AES_KEY_WRAP_PAD has been implemented as RFC 5649, which is meant here,
 * and otherwise: a rehearsal tells.
 */
function aesKeyWrapWays(oaep: OaepParameter): readonly WrappingWay[] {
  return [
    direct({ type: mechanism.rsaAesKeyWrap, parameter: { aesKeyBits: 256, oaep } }),
    composed(oaep, mechanism.aesKeyWrapKwp),
    composed(oaep, mechanism.aesKeyWrapPad),
  ];
}

/** An AES key of the token's own, wrapped for the public key, and behind it the key, wrapped with that AES key. */
function composed(oaep: OaepParameter, keyWrap: number): WrappingWay {
  return {
    needs: [
      [mechanism.aesKeyGen, mechanismFlag.generate],
      [mechanism.rsaPkcsOaep, mechanismFlag.wrap],
      [keyWrap, mechanismFlag.wrap],
    ],
    wrap(context, publicKey, key) {
      const { module, session } = context;
      return withSessionObject(context, freshAesKey(context), (aesKey) =>
        Buffer.concat([
          module.wrapKey(session, { type: mechanism.rsaPkcsOaep, parameter: oaep }, publicKey, aesKey),
          module.wrapKey(session, { type: keyWrap }, aesKey, key),
        ]),
      );
    },
  };
}
