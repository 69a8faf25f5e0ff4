/** Numbers of PKCS#11 (OASIS, v3.1), by their names there without the prefix. */

export const objectClass = { publicKey: 2, privateKey: 3, secretKey: 4 } as const;

export const keyType = {
  rsa: 0x00,
  ec: 0x03,
  genericSecret: 0x10,
  aes: 0x1f,
  sha1Hmac: 0x28,
  sha256Hmac: 0x2b,
  sha384Hmac: 0x2c,
  sha512Hmac: 0x2d,
  sha224Hmac: 0x2e,
} as const;

/** Of the attributes those that byok reads or sets. CKA_VALUE, the bytes, is not among them. */
export const attribute = {
  class: 0x000,
  token: 0x001,
  private: 0x002,
  label: 0x003,
  keyType: 0x100,
  id: 0x102,
  sensitive: 0x103,
  encrypt: 0x104,
  wrap: 0x106,
  sign: 0x108,
  modulus: 0x120,
  publicExponent: 0x122,
  publicKeyInfo: 0x129,
  valueLen: 0x161,
  extractable: 0x162,
  ecParams: 0x180,
  ecPoint: 0x181,
  wrapWithTrusted: 0x210,
} as const;

export const mechanism = {
  rsaPkcs: 0x0001,
  rsaPkcsOaep: 0x0009,
  sha1: 0x0220,
  sha256: 0x0250,
  sha256Hmac: 0x0251,
  rsaAesKeyWrap: 0x1054,
  aesKeyGen: 0x1080,
  aesEcb: 0x1081,
  aesCbc: 0x1082,
  aesCmac: 0x108a,
  aesKeyWrapPad: 0x210a,
  aesKeyWrapKwp: 0x210b,
} as const;

/** Mask generation functions. */
export const mgf1 = { sha1: 1, sha256: 2 } as const;

/** CKZ_DATA_SPECIFIED: the label of OAEP is what the parameters hold, here nothing. */
export const labelSpecified = 1;

export const mechanismFlag = { encrypt: 0x100, sign: 0x800, generate: 0x8000, wrap: 0x20000 } as const;

export const tokenFlag = {
  loginRequired: 0x4,
  protectedAuthenticationPath: 0x100,
  tokenInitialized: 0x400,
  userPinCountLow: 0x10000,
  userPinFinalTry: 0x20000,
  userPinLocked: 0x40000,
  userPinToBeChanged: 0x80000,
} as const;

/** CKF_SERIAL_SESSION. A session that only reads makes session objects, too, and changes nothing in the token. */
export const serialSession = 0x4;

/** CKU_USER. */
export const normalUser = 1;

/** CKR_OK. */
export const ok = 0;

/** Return values, by their names, for what byok tells apart and for messages. */
export const returnValue = {
  CKR_HOST_MEMORY: 0x02,
  CKR_GENERAL_ERROR: 0x05,
  CKR_FUNCTION_FAILED: 0x06,
  CKR_ARGUMENTS_BAD: 0x07,
  CKR_CANT_LOCK: 0x0a,
  CKR_ATTRIBUTE_SENSITIVE: 0x11,
  CKR_ATTRIBUTE_TYPE_INVALID: 0x12,
  CKR_ATTRIBUTE_VALUE_INVALID: 0x13,
  CKR_ACTION_PROHIBITED: 0x1b,
  CKR_DEVICE_ERROR: 0x30,
  CKR_DEVICE_MEMORY: 0x31,
  CKR_DEVICE_REMOVED: 0x32,
  CKR_FUNCTION_CANCELED: 0x50,
  CKR_FUNCTION_NOT_SUPPORTED: 0x54,
  CKR_KEY_HANDLE_INVALID: 0x60,
  CKR_KEY_SIZE_RANGE: 0x62,
  CKR_KEY_TYPE_INCONSISTENT: 0x63,
  CKR_KEY_FUNCTION_NOT_PERMITTED: 0x68,
  CKR_KEY_NOT_WRAPPABLE: 0x69,
  CKR_KEY_UNEXTRACTABLE: 0x6a,
  CKR_MECHANISM_INVALID: 0x70,
  CKR_MECHANISM_PARAM_INVALID: 0x71,
  CKR_OBJECT_HANDLE_INVALID: 0x82,
  CKR_PIN_INCORRECT: 0xa0,
  CKR_PIN_INVALID: 0xa1,
  CKR_PIN_LEN_RANGE: 0xa2,
  CKR_PIN_EXPIRED: 0xa3,
  CKR_PIN_LOCKED: 0xa4,
  CKR_SESSION_COUNT: 0xb1,
  CKR_SESSION_READ_ONLY: 0xb5,
  CKR_TEMPLATE_INCOMPLETE: 0xd0,
  CKR_TEMPLATE_INCONSISTENT: 0xd1,
  CKR_TOKEN_NOT_PRESENT: 0xe0,
  CKR_TOKEN_NOT_RECOGNIZED: 0xe1,
  CKR_TOKEN_WRITE_PROTECTED: 0xe2,
  CKR_USER_ALREADY_LOGGED_IN: 0x100,
  CKR_USER_NOT_LOGGED_IN: 0x101,
  CKR_USER_PIN_NOT_INITIALIZED: 0x102,
  CKR_USER_TYPE_INVALID: 0x103,
  CKR_WRAPPING_KEY_HANDLE_INVALID: 0x113,
  CKR_WRAPPING_KEY_SIZE_RANGE: 0x114,
  CKR_WRAPPING_KEY_TYPE_INCONSISTENT: 0x115,
  CKR_BUFFER_TOO_SMALL: 0x150,
} as const;

export type ReturnValueName = keyof typeof returnValue;
