import { createPrivateKey, randomBytes } from "node:crypto";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import { opensslWrap } from "../support/openssl-wrap";
import { wycheproofRsaKey } from "../engine/wycheproof";
import { pem } from "../engine/private-key-spellings";
import type { Room } from "./room";

/** One set of bytes as a user keeps it, for a resource of its own. */
export interface Material {
  readonly name: string;
  readonly keySpec: string;
  /** Undefined: the bytes are given inline. */
  readonly source?: string;
}

/** Canaries in every kind of source, and the variables in which the user keeps some of them. */
export interface Materials {
  readonly all: readonly Material[];
  readonly variables: Readonly<Record<string, string>>;
  /** In base64, for what is given inline. */
  readonly inline: string;
  /** What succeeds the material of the raw file: the URI of a file, and, after that, base64 for what is given inline. */
  readonly successors: { readonly source: string; readonly inline: string };
  readonly commands: number;
}

/** Every kind of source with every encoding that it can have, and bytes given inline. */
export async function materials(room: Room): Promise<Materials> {
  const rsa = wycheproofRsaKey(2048);
  // Its modulus is public; what must not be seen are the numbers that only the owner knows.
  const { d = "", p = "" } = createPrivateKey({ key: rsa, format: "der", type: "pkcs8" }).export({ format: "jwk" });
  room.canary("private exponent", Buffer.from(d, "base64url"));
  room.canary("prime", Buffer.from(p, "base64url"));
  const raw = await room.give("raw.bin", room.canary("raw file"));
  const hex = await room.give("hex.txt", room.canary("hex file").toString("hex"));
  const base64 = await room.give("base64.txt", `${room.canary("base64 file", randomBytes(64)).toString("base64")}\n`);
  const text = await room.give("rsa.pem", pem("PRIVATE KEY", rsa));
  const printed = await room.give("printed.bin", room.canary("command"));
  const command = await room.command("print.sh", `cat "${printed}"`);
  const wrapped = room.canary("wrapping command");
  const held = await room.give("held.bin", wrapped);
  await room.give("held.bin.fingerprint", fingerprintOfRaw(wrapped));
  const wrapping = await room.command("wrap.sh", `exec "${opensslWrap}" "${held}"`);
  const variable = room.canary("variable").toString("base64");
  const inline = room.canary("inline").toString("base64");
  const successor = await room.give("successor.bin", room.canary("successor file"));
  return {
    all: [
      { name: "raw", keySpec: "SYMMETRIC_DEFAULT", source: `file:${raw}?encoding=raw` },
      { name: "hex", keySpec: "SYMMETRIC_DEFAULT", source: `file:${hex}?encoding=hex` },
      { name: "base64", keySpec: "HMAC_512", source: `file:${base64}?encoding=base64` },
      { name: "pem", keySpec: "RSA_2048", source: `file:${text}` },
      { name: "variable", keySpec: "SYMMETRIC_DEFAULT", source: "env:BYOK_MATERIAL_LEDGER?encoding=base64" },
      { name: "command", keySpec: "HMAC_256", source: `exec:${command} a-word?encoding=raw` },
      { name: "wrapped", keySpec: "HMAC_256", source: `wrap:${wrapping}` },
      { name: "inline", keySpec: "SYMMETRIC_DEFAULT" },
    ],
    variables: room.variable("BYOK_MATERIAL_LEDGER", variable),
    inline,
    successors: {
      source: `file:${successor}?encoding=raw`,
      inline: room.canary("inline successor").toString("base64"),
    },
    commands: 2,
  };
}

/** Sources that fail or give what is no key, each showing as much as such a thing can of what it handles. */
export async function failingSources(
  room: Room,
): Promise<readonly (readonly [name: string, source: string, code: string])[]> {
  const bytes = room.canary("failing source");
  const kept = await room.give("failing.txt", bytes.toString("base64"));
  const plain = await room.give("failing.bin", bytes);
  const said = room.canary("said by a failing command").toString("hex");
  const words = await room.give("said.txt", said);
  const long = Buffer.concat(Array.from({ length: 4000 }, () => bytes));
  const off = room.canary("malformed", randomBytes(31));
  return [
    [
      "a command that says the bytes on both streams and fails",
      `exec:${await room.command("failing.sh", `cat "${words}"; cat "${words}" >&2; exit 3`)}`,
      "material_unavailable",
    ],
    [
      "a command that prints too much",
      `exec:${await room.command("endless.sh", `cat "${await room.give("long.bin", long)}"`)}`,
      "malformed_material",
    ],
    [
      "a command that is killed",
      `exec:${await room.command("killed.sh", `cat "${plain}"; cat "${plain}" >&2; kill -9 $$`)}`,
      "material_unavailable",
    ],
    [
      "a wrapping command that gives the bytes for a description",
      `wrap:${await room.command("described.sh", `cat "${plain}"`)}`,
      "malformed_material",
    ],
    [
      "a wrapping command that quotes the bytes in its refusal",
      `wrap:${await room.command("quoting.sh", `printf '{"error":{"code":"%s","message":"%s"}}' "$(cat "${words}")" "$(cat "${words}")"`)}`,
      "wrapper_refused",
    ],
    ["hex that is base64", `file:${kept}?encoding=hex`, "malformed_material"],
    ["base64 that is raw", `file:${plain}?encoding=base64`, "malformed_material"],
    ["a file of another length", `file:${await room.give("off.bin", off)}?encoding=raw`, "malformed_material"],
    [
      "PEM that was cut off",
      `file:${await room.give("cut.pem", `-----BEGIN PRIVATE KEY-----\n${bytes.toString("base64")}\n`)}?encoding=pem`,
      "malformed_material",
    ],
    ["DER that is none", `file:${plain}?encoding=der`, "malformed_material"],
    ["content that can be read twice", `file:${await room.give("twice.txt", said)}`, "ambiguous_material"],
    ["the bytes where a URI belongs", bytes.toString("base64"), "invalid_argument"],
  ];
}
