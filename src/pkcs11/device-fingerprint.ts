import { type Fingerprint, fingerprintKind } from "../engine/fingerprint";
import { attribute, mechanism, mechanismFlag } from "./constants";
import type { Mechanism } from "./cryptoki";
import { isCryptokiError } from "./cryptoki-error";
import { Pkcs11Fault } from "./fault";
import type { KeyContext } from "./key-context";
import type { StoredKey } from "./stored-key";

/** One way in which a token computes a fingerprint, and what it needs. */
interface Way {
  readonly mechanism: number;
  readonly flag: number;
  /** The attribute that allows it, and its name. */
  readonly allowedBy: number;
  readonly attributeName: string;
  compute(context: KeyContext, key: StoredKey): Buffer;
}

const zeroBlock = Buffer.alloc(16);

/** What `byok fingerprint` computes of the same bytes; see the engine. */
const label = Buffer.from("byok fingerprint v1");

const cmac: Way = {
  mechanism: mechanism.aesCmac,
  flag: mechanismFlag.sign,
  allowedBy: attribute.sign,
  attributeName: "CKA_SIGN",
  compute: ({ module, session }, { handle }) => module.sign(session, { type: mechanism.aesCmac }, handle, zeroBlock),
};

/** AES-CMAC of one block out of two encryptions: of zeros, doubled in the field, and of that. */
function cmacByBlocks(how: Mechanism): Way {
  return {
    mechanism: how.type,
    flag: mechanismFlag.encrypt,
    allowedBy: attribute.encrypt,
    attributeName: "CKA_ENCRYPT",
    compute({ module, session }, { handle }) {
      const subkey = double(module.encrypt(session, how, handle, zeroBlock));
      const mac = module.encrypt(session, how, handle, subkey);
      subkey.fill(0);
      return mac;
    },
  };
}

const hmac: Way = {
  mechanism: mechanism.sha256Hmac,
  flag: mechanismFlag.sign,
  allowedBy: attribute.sign,
  attributeName: "CKA_SIGN",
  compute: ({ module, session }, { handle }) => module.sign(session, { type: mechanism.sha256Hmac }, handle, label),
};

const cmacWays: readonly Way[] = [
  cmac,
  cmacByBlocks({ type: mechanism.aesEcb }),
  cmacByBlocks({ type: mechanism.aesCbc, parameter: zeroBlock }),
];

/**
 * The fingerprint of a symmetric or HMAC key, computed by the token: AES-CMAC for 16, 24 and 32 bytes, HMAC-SHA-256 for
 * others.
 *
 * @param isAes Whether it is an AES key there. Most tokens compute no AES-CMAC with a generic secret of the same bytes.
 * @throws Pkcs11Fault `missing_attribute`, `mechanism_missing`
 */
export function deviceFingerprint(context: KeyContext, key: StoredKey, bytes: number, isAes: boolean): Fingerprint {
  const kind = fingerprintKind(bytes);
  const ways = kind === "cmac" ? cmacWays : [hmac];
  const offered = ways.filter(({ mechanism: type, flag }) => ((context.mechanisms.get(type) ?? 0) & flag) !== 0);
  const allowed = offered.filter((way) => context.module.flag(context.session, key.handle, way.allowedBy) === true);
  for (const way of allowed) {
    const mac = attempted(way, context, key);
    if (mac?.length === macBytes[kind]) return `${kind}:${mac.toString("hex")}`;
  }
  if (kind === "cmac" && !isAes) {
    throw new Pkcs11Fault(
      "mechanism_missing",
      `The key is a generic secret of ${bytes} bytes, whose fingerprint is an AES-CMAC, and the token computes that with AES keys alone. Store the same bytes as an AES key (CKK_AES): the KMS gets the same bytes.`,
    );
  }
  if (offered.length > 0 && allowed.length === 0) {
    const names = [...new Set(offered.map(({ attributeName }) => attributeName))].join(" or ");
    throw new Pkcs11Fault(
      "missing_attribute",
      `The key lacks ${names}, without which the token computes no fingerprint of it.`,
    );
  }
  const needed = kind === "cmac" ? "CKM_AES_CMAC, CKM_AES_ECB or CKM_AES_CBC" : "CKM_SHA256_HMAC";
  throw new Pkcs11Fault(
    "mechanism_missing",
    `The token does not do ${needed} with this key, which its fingerprint needs.`,
  );
}

const macBytes = { cmac: 16, hmac: 32 } as const;

/** What a token lists it may refuse for one type or size of key; then another way may do. */
function attempted(way: Way, context: KeyContext, key: StoredKey): Buffer | undefined {
  try {
    return way.compute(context, key);
  } catch (error) {
    const refusals = [
      "CKR_MECHANISM_INVALID",
      "CKR_MECHANISM_PARAM_INVALID",
      "CKR_KEY_TYPE_INCONSISTENT",
      "CKR_KEY_SIZE_RANGE",
      "CKR_KEY_FUNCTION_NOT_PERMITTED",
      "CKR_FUNCTION_NOT_SUPPORTED",
      "CKR_ARGUMENTS_BAD",
    ] as const;
    if (isCryptokiError(error, ...refusals)) return undefined;
    throw error;
  }
}

/** Multiplies by x modulo x^128 + x^7 + x^2 + x + 1, in place, as the subkeys of CMAC are made (NIST SP 800-38B). */
function double(block: Buffer): Buffer {
  const [first = 0] = block;
  for (const [index, byte] of block.entries()) {
    const next = block[index + 1] ?? 0;
    block[index] = ((byte << 1) | (next >> 7)) & 0xff;
  }
  const last = block.length - 1;
  block[last] = (block[last] ?? 0) ^ ((first >> 7) * 0x87);
  return block;
}
