import { labelSpecified, ok, serialSession } from "./constants";
import { CryptokiError, isCryptokiError } from "./cryptoki-error";
import type { ForeignValue, Koffi } from "./koffi";
import { type Layout, pointerBytes, structLayout, structs } from "./layout";
import { Pkcs11Fault } from "./fault";

/** A CK_SLOT_ID, a CK_SESSION_HANDLE or a CK_OBJECT_HANDLE. */
export type Handle = bigint;

/** The value of an attribute: a CK_BBOOL, a CK_ULONG, or bytes. */
export type AttributeValue = boolean | number | Buffer;

export type Template = readonly (readonly [type: number, value: AttributeValue])[];

/** What an operation is done with. */
export interface Mechanism {
  readonly type: number;
  /** Absent: none. Bytes stand for themselves, such as a CBC's first block. */
  readonly parameter?: Buffer | OaepParameter | AesKeyWrapParameter;
}

/** Of CKM_RSA_PKCS_OAEP: the numbers of the hash's mechanism and of the mask generation. The label is empty. */
export interface OaepParameter {
  readonly hash: number;
  readonly mgf: number;
}

/** Of CKM_RSA_AES_KEY_WRAP. */
export interface AesKeyWrapParameter {
  readonly aesKeyBits: number;
  readonly oaep: OaepParameter;
}

export interface TokenInfo {
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  readonly flags: number;
}

export interface LibraryInfo {
  readonly manufacturer: string;
  readonly description: string;
  /** Such as `2.6`. */
  readonly version: string;
}

/** The functions that are called: their places in CK_FUNCTION_LIST, and their arguments (`u`: a CK_ULONG, `p`: a pointer). */
const functions = {
  C_Initialize: [0, "p"],
  C_Finalize: [1, "p"],
  C_GetInfo: [2, "p"],
  C_GetSlotList: [4, "bpp"],
  C_GetTokenInfo: [6, "up"],
  C_GetMechanismList: [7, "upp"],
  C_GetMechanismInfo: [8, "uup"],
  C_OpenSession: [12, "uuppp"],
  C_CloseSession: [13, "u"],
  C_Login: [18, "uupu"],
  C_Logout: [19, "u"],
  C_CreateObject: [20, "upup"],
  C_DestroyObject: [22, "uu"],
  C_GetAttributeValue: [24, "uupu"],
  C_FindObjectsInit: [26, "upu"],
  C_FindObjects: [27, "upup"],
  C_FindObjectsFinal: [28, "u"],
  C_EncryptInit: [29, "upu"],
  C_Encrypt: [30, "upupp"],
  C_SignInit: [42, "upu"],
  C_Sign: [43, "upupp"],
  C_GenerateKey: [58, "uppup"],
  C_WrapKey: [60, "upuupp"],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

type FunctionName = keyof typeof functions;

/** The number of the last function that is called. */
const lastFunction = Math.max(...Object.values(functions).map(([index]) => index));

/** The most that any answer may take: a wrapped RSA key of 4096 bits has 3 KB. */
const largestAnswerBytes = 16 * 1024;

const argumentTypes: Readonly<Record<string, string>> = { u: "ulong", p: "void *", b: "uint8" };

/**
 * A PKCS#11 module, whose functions are called by this process, one at a time. Nothing of it knows what the calls are for.
 * Every method throws a CryptokiError for what the module returns but CKR_OK.
 */
export class Cryptoki {
  readonly #koffi: Koffi;
  readonly #layout: Layout;
  readonly #functions: Buffer;

  /**
   * Loads a module. Nothing of it is started.
   *
   * @throws Pkcs11Fault `module_failed` where it is no PKCS#11 module; what koffi throws where it cannot be loaded.
   */
  constructor(koffi: Koffi, path: string, layout: Layout) {
    this.#koffi = koffi;
    this.#layout = layout;
    const list = Buffer.alloc(pointerBytes);
    let returned: number | bigint;
    const library = koffi.load(path);
    try {
      returned = library.func("C_GetFunctionList", "ulong", ["void *"])(list);
    } catch {
      throw new Pkcs11Fault("module_failed", "The library has no C_GetFunctionList, so it is no PKCS#11 module.");
    }
    if (Number(returned) !== ok) throw new CryptokiError("C_GetFunctionList", Number(returned));
    const start = layout.packed ? 2 : pointerBytes;
    const bytes = start + (lastFunction + 1) * pointerBytes;
    this.#functions = Buffer.from(koffi.view(list.readBigUInt64LE(), bytes)).subarray(start);
  }

  initialize(): void {
    this.#call("C_Initialize", null);
  }

  finalize(): void {
    this.#call("C_Finalize", null);
  }

  libraryInfo(): LibraryInfo {
    const { at, bytes } = structLayout(structs.info, this.#layout);
    const info = Buffer.alloc(bytes);
    this.#call("C_GetInfo", info);
    const version = info.subarray(at("libraryVersion"));
    return {
      manufacturer: padded(info, at("manufacturerId"), 32),
      description: padded(info, at("libraryDescription"), 32),
      version: `${version.readUInt8(0)}.${version.readUInt8(1)}`,
    };
  }

  /** Slots with a token in them. */
  slots(): readonly Handle[] {
    return this.#list("C_GetSlotList", 1);
  }

  tokenInfo(slot: Handle): TokenInfo {
    const { at, bytes } = structLayout(structs.tokenInfo, this.#layout);
    const info = Buffer.alloc(bytes);
    this.#call("C_GetTokenInfo", slot, info);
    return {
      label: padded(info, at("label"), 32),
      manufacturer: padded(info, at("manufacturerId"), 32),
      model: padded(info, at("model"), 16),
      serial: padded(info, at("serialNumber"), 16),
      flags: Number(this.#ulongAt(info, at("flags"))),
    };
  }

  /** The mechanisms of a token, with their flags. */
  mechanisms(slot: Handle): ReadonlyMap<number, number> {
    const { at, bytes } = structLayout(structs.mechanismInfo, this.#layout);
    const flags = new Map<number, number>();
    for (const type of this.#list("C_GetMechanismList", slot)) {
      const info = Buffer.alloc(bytes);
      this.#call("C_GetMechanismInfo", slot, type, info);
      flags.set(Number(type), Number(this.#ulongAt(info, at("flags"))));
    }
    return flags;
  }

  /** @param flags Default: of a session that changes nothing in the token. */
  openSession(slot: Handle, flags: number = serialSession): Handle {
    const session = this.#ulong();
    this.#call("C_OpenSession", slot, flags, null, null, session);
    return this.#ulongAt(session, 0);
  }

  closeSession(session: Handle): void {
    this.#call("C_CloseSession", session);
  }

  /** @param pin Null where it is entered at the device. */
  login(session: Handle, user: number, pin: Buffer | null): void {
    this.#call("C_Login", session, user, pin, pin?.length ?? 0);
  }

  logout(session: Handle): void {
    this.#call("C_Logout", session);
  }

  createObject(session: Handle, template: Template): Handle {
    const object = this.#ulong();
    this.#call("C_CreateObject", session, this.#template(template), template.length, object);
    return this.#ulongAt(object, 0);
  }

  destroyObject(session: Handle, object: Handle): void {
    this.#call("C_DestroyObject", session, object);
  }

  /** The objects that have all these attributes. */
  findObjects(session: Handle, template: Template): readonly Handle[] {
    this.#call("C_FindObjectsInit", session, this.#template(template), template.length);
    try {
      const found: Handle[] = [];
      const most = 64;
      const handles = Buffer.alloc(most * this.#layout.ulongBytes);
      for (;;) {
        const count = this.#ulong();
        this.#call("C_FindObjects", session, handles, most, count);
        const length = Number(this.#ulongAt(count, 0));
        if (length === 0) return found;
        for (let index = 0; index < length; index++)
          found.push(this.#ulongAt(handles, index * this.#layout.ulongBytes));
      }
    } finally {
      this.#call("C_FindObjectsFinal", session);
    }
  }

  /** Undefined where the object has no such attribute, or does not show it. */
  flag(session: Handle, object: Handle, type: number): boolean | undefined {
    const value = this.#attribute(session, object, type, 1);
    return value?.length === 1 ? value.readUInt8(0) !== 0 : undefined;
  }

  /** Undefined where the object has no such attribute, or does not show it. */
  number(session: Handle, object: Handle, type: number): number | undefined {
    // NSS takes no more space than a CK_ULONG.
    const value = this.#attribute(session, object, type, this.#layout.ulongBytes);
    return value?.length === this.#layout.ulongBytes ? Number(this.#ulongAt(value, 0)) : undefined;
  }

  /** Undefined where the object has no such attribute, or does not show it. */
  bytes(session: Handle, object: Handle, type: number): Buffer | undefined {
    const length = this.#attributeLength(session, object, type);
    return length === undefined ? undefined : this.#attribute(session, object, type, length);
  }

  #attributeLength(session: Handle, object: Handle, type: number): number | undefined {
    const { at, bytes } = structLayout(structs.attribute, this.#layout);
    const template = Buffer.alloc(bytes);
    this.#writeUlong(template, at("type"), type);
    if (!this.#isShown(session, object, template)) return undefined;
    const length = this.#ulongAt(template, at("valueLen"));
    // CK_UNAVAILABLE_INFORMATION is all ones.
    return length > BigInt(largestAnswerBytes) ? undefined : Number(length);
  }

  #attribute(session: Handle, object: Handle, type: number, length: number): Buffer | undefined {
    const { at, bytes } = structLayout(structs.attribute, this.#layout);
    const template = this.#template([[type, Buffer.alloc(length)]]);
    if (!this.#isShown(session, object, template)) return undefined;
    const given = this.#ulongAt(template, at("valueLen"));
    return given > BigInt(length) ? undefined : Buffer.from(template.subarray(bytes, bytes + Number(given)));
  }

  #isShown(session: Handle, object: Handle, template: Buffer): boolean {
    try {
      this.#call("C_GetAttributeValue", session, object, template, 1);
      return true;
    } catch (error) {
      if (isCryptokiError(error, "CKR_ATTRIBUTE_SENSITIVE", "CKR_ATTRIBUTE_TYPE_INVALID")) return false;
      throw error;
    }
  }

  encrypt(session: Handle, how: Mechanism, key: Handle, data: Buffer): Buffer {
    this.#call("C_EncryptInit", session, this.#mechanism(how), key);
    return this.#answer("C_Encrypt", session, data, data.length);
  }

  sign(session: Handle, how: Mechanism, key: Handle, data: Buffer): Buffer {
    this.#call("C_SignInit", session, this.#mechanism(how), key);
    return this.#answer("C_Sign", session, data, data.length);
  }

  generateKey(session: Handle, how: Mechanism, template: Template): Handle {
    const key = this.#ulong();
    this.#call("C_GenerateKey", session, this.#mechanism(how), this.#template(template), template.length, key);
    return this.#ulongAt(key, 0);
  }

  wrapKey(session: Handle, how: Mechanism, wrappingKey: Handle, key: Handle): Buffer {
    return this.#answer("C_WrapKey", session, this.#mechanism(how), wrappingKey, key);
  }

  #call(name: FunctionName, ...args: readonly ForeignValue[]): void {
    const [index, letters] = functions[name];
    const address = this.#functions.readBigUInt64LE(index * pointerBytes);
    if (address === 0n) throw new Pkcs11Fault("module_failed", `The module has no ${name}.`);
    const types = Array.from(letters, (letter) => argumentTypes[letter] ?? "ulong");
    const returned = Number(this.#koffi.call(address, this.#koffi.proto("ulong", types), ...args));
    if (returned !== ok) throw new CryptokiError(name, returned);
  }

  /** Calls a function whose last arguments are the space for its answer and the length of that. */
  #answer(name: FunctionName, ...args: readonly ForeignValue[]): Buffer {
    const space = Buffer.alloc(largestAnswerBytes);
    const length = this.#ulong(largestAnswerBytes);
    this.#call(name, ...args, space, length);
    return Buffer.from(space.subarray(0, Number(this.#ulongAt(length, 0))));
  }

  /** Asks for the length of a list, then for its entries. */
  #list(name: "C_GetSlotList" | "C_GetMechanismList", first: number | Handle): readonly Handle[] {
    const { ulongBytes } = this.#layout;
    const count = this.#ulong();
    this.#call(name, first, null, count);
    const space = Buffer.alloc(Number(this.#ulongAt(count, 0)) * ulongBytes);
    if (space.length === 0) return [];
    this.#call(name, first, space, count);
    return Array.from({ length: Number(this.#ulongAt(count, 0)) }, (_, index) =>
      this.#ulongAt(space, index * ulongBytes),
    );
  }

  /** Space for one CK_ULONG. */
  #ulong(value: number | Handle = 0): Buffer {
    const space = Buffer.alloc(this.#layout.ulongBytes);
    this.#writeUlong(space, 0, value);
    return space;
  }

  #ulongAt(bytes: Buffer, offset: number): bigint {
    return this.#layout.ulongBytes === 8 ? bytes.readBigUInt64LE(offset) : BigInt(bytes.readUInt32LE(offset));
  }

  #writeUlong(bytes: Buffer, offset: number, value: number | Handle): void {
    if (this.#layout.ulongBytes === 8) bytes.writeBigUInt64LE(BigInt(value), offset);
    else bytes.writeUInt32LE(Number(value), offset);
  }

  /** CK_ATTRIBUTEs and behind them, in the same buffer, the values to which they point. */
  #template(template: Template): Buffer {
    const { at, bytes } = structLayout(structs.attribute, this.#layout);
    const values = template.map(([, value]) => this.#valueBytes(value));
    const block = Buffer.alloc(template.length * bytes + sum(values.map((value) => aligned(value.length))));
    const address = this.#koffi.address(block);
    let place = template.length * bytes;
    for (const [index, [type]] of template.entries()) {
      const value = values[index] ?? Buffer.alloc(0);
      value.copy(block, place);
      this.#writeUlong(block, index * bytes + at("type"), type);
      block.writeBigUInt64LE(address + BigInt(place), index * bytes + at("value"));
      this.#writeUlong(block, index * bytes + at("valueLen"), value.length);
      place += aligned(value.length);
    }
    return block;
  }

  #valueBytes(value: AttributeValue): Buffer {
    if (typeof value === "boolean") return Buffer.from([value ? 1 : 0]);
    return typeof value === "number" ? this.#ulong(value) : value;
  }

  /** A CK_MECHANISM and behind it, in the same buffer, its parameter and what that points to. */
  #mechanism({ type, parameter }: Mechanism): Buffer {
    const { at, bytes } = structLayout(structs.mechanism, this.#layout);
    const start = aligned(bytes);
    const oaep = structLayout(structs.oaepParams, this.#layout);
    const block = Buffer.alloc(
      start + 2 * aligned(Math.max(oaep.bytes, Buffer.isBuffer(parameter) ? parameter.length : 0)),
    );
    this.#writeUlong(block, at("mechanism"), type);
    if (parameter === undefined) return block;
    const length = this.#parameter(block, start, parameter);
    block.writeBigUInt64LE(this.#koffi.address(block) + BigInt(start), at("parameter"));
    this.#writeUlong(block, at("parameterLen"), length);
    return block;
  }

  /** Writes a parameter into a block; its length. */
  #parameter(block: Buffer, start: number, parameter: NonNullable<Mechanism["parameter"]>): number {
    if (Buffer.isBuffer(parameter)) return parameter.copy(block, start);
    if ("hash" in parameter) return this.#oaepParameter(block, start, parameter);
    const { at, bytes } = structLayout(structs.aesKeyWrapParams, this.#layout);
    const inner = start + aligned(bytes);
    this.#writeUlong(block, start + at("aesKeyBits"), parameter.aesKeyBits);
    block.writeBigUInt64LE(this.#koffi.address(block) + BigInt(inner), start + at("oaepParams"));
    this.#oaepParameter(block, inner, parameter.oaep);
    return bytes;
  }

  #oaepParameter(block: Buffer, start: number, { hash, mgf }: OaepParameter): number {
    const { at, bytes } = structLayout(structs.oaepParams, this.#layout);
    this.#writeUlong(block, start + at("hashAlg"), hash);
    this.#writeUlong(block, start + at("mgf"), mgf);
    this.#writeUlong(block, start + at("source"), labelSpecified);
    return bytes;
  }
}

/** Text in a field of fixed length, without the blanks (or, of careless modules, zero bytes) that fill it. */
function padded(bytes: Buffer, start: number, length: number): string {
  return bytes
    .toString("utf8", start, start + length)
    .replace(/\0.*$/s, "")
    .trimEnd();
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
