import { keysOf } from "../engine/table";

/**
 * How a platform lays out the structures of PKCS#11. On Unix with 64 bits CK_ULONG has 8 bytes and members are aligned; on
 * Windows it has 4 and structures are packed.
 */
export interface Layout {
  /** Bytes of a CK_ULONG. */
  readonly ulongBytes: 4 | 8;
  readonly packed: boolean;
}

export const pointerBytes = 8;

export function layoutOf(platform: string): Layout {
  return platform === "win32" ? { ulongBytes: 4, packed: true } : { ulongBytes: 8, packed: false };
}

/** A member of a structure: a CK_ULONG, a pointer, or that many bytes. */
type Member = "ulong" | "pointer" | number;

/** Where each member of a structure begins, and how many bytes the whole has. */
export interface StructLayout<Name extends string> {
  readonly at: (name: Name) => number;
  readonly bytes: number;
}

export function structLayout<Name extends string>(
  members: Readonly<Record<Name, Member>>,
  { ulongBytes, packed }: Layout,
): StructLayout<Name> {
  const offsets = new Map<Name, number>();
  let end = 0;
  let widest = 1;
  for (const name of keysOf(members)) {
    const member: Member = members[name];
    const bytes = typeof member === "number" ? member : member === "ulong" ? ulongBytes : pointerBytes;
    const alignment = packed || typeof member === "number" ? 1 : bytes;
    const start = Math.ceil(end / alignment) * alignment;
    offsets.set(name, start);
    end = start + bytes;
    widest = Math.max(widest, alignment);
  }
  return { at: (name) => offsets.get(name) ?? 0, bytes: Math.ceil(end / widest) * widest };
}

/** The structures that are handed to modules, member by member as in PKCS#11 v2.40 and v3.1. */
export const structs = {
  info: {
    cryptokiVersion: 2,
    manufacturerId: 32,
    flags: "ulong",
    libraryDescription: 32,
    libraryVersion: 2,
  },
  tokenInfo: {
    label: 32,
    manufacturerId: 32,
    model: 16,
    serialNumber: 16,
    flags: "ulong",
    maxSessionCount: "ulong",
    sessionCount: "ulong",
    maxRwSessionCount: "ulong",
    rwSessionCount: "ulong",
    maxPinLen: "ulong",
    minPinLen: "ulong",
    totalPublicMemory: "ulong",
    freePublicMemory: "ulong",
    totalPrivateMemory: "ulong",
    freePrivateMemory: "ulong",
    hardwareVersion: 2,
    firmwareVersion: 2,
    utcTime: 16,
  },
  mechanismInfo: { minKeySize: "ulong", maxKeySize: "ulong", flags: "ulong" },
  attribute: { type: "ulong", value: "pointer", valueLen: "ulong" },
  mechanism: { mechanism: "ulong", parameter: "pointer", parameterLen: "ulong" },
  oaepParams: { hashAlg: "ulong", mgf: "ulong", source: "ulong", sourceData: "pointer", sourceDataLen: "ulong" },
  aesKeyWrapParams: { aesKeyBits: "ulong", oaepParams: "pointer" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Member>>>>;
