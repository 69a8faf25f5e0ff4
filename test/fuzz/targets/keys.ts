import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { derChildren, derSequence, readDer } from "../../../src/engine/der";
import { fingerprintOfPublicKey } from "../../../src/engine/fingerprint";
import { KeyMaterial } from "../../../src/engine/key-material";
import { materialEncodings, readMaterial, readMaterialValue } from "../../../src/engine/material-encoding";
import { readPem } from "../../../src/engine/pem";
import { likenessToDer, readPrivateKey } from "../../../src/engine/private-key";
import { wrappingKeyFrom, wrappingKeySpecs } from "../../../src/engine/wrapping-key";
import { hostileDer } from "../grammar/der";
import { mutated } from "../mutation";
import type { Random } from "../random";
import { byokErrorsOnly, noErrors, parser, type Target, texts, WrongResult } from "../target";

type Der = { readonly format: "der"; readonly type: "pkcs8" };
const pkcs8: Der = { format: "der", type: "pkcs8" };

const pairs = [
  generateKeyPairSync("rsa", { modulusLength: 2048 }),
  generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
  generateKeyPairSync("ec", { namedCurve: "secp384r1" }),
  generateKeyPairSync("ec", { namedCurve: "secp521r1" }),
  generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
];
const strange = [generateKeyPairSync("ed25519"), generateKeyPairSync("rsa-pss", { modulusLength: 2048 })];

const privateKeys = [...pairs, ...strange].map(({ privateKey }) => privateKey.export(pkcs8));
const publicKeys = [...pairs, ...strange].map(({ publicKey }) => publicKey.export({ format: "der", type: "spki" }));
const otherForms = pairs.map(({ privateKey, publicKey }, index) =>
  index === 0
    ? publicKey.export({ format: "der", type: "pkcs1" })
    : createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" })).export({ format: "der", type: "sec1" }),
);
const pems = [...pairs, ...strange].map(({ privateKey }) =>
  Buffer.from(privateKey.export({ format: "pem", type: "pkcs8" })),
);
const encrypted = privateKeys.slice(0, 1).map((der) =>
  Buffer.from(
    createPrivateKey({ key: der, ...pkcs8 }).export({
      format: "pem",
      type: "pkcs8",
      cipher: "aes-256-cbc",
      passphrase: "x",
    }),
  ),
);

/** DER of a key with something changed inside; RSA less often, since checking its numbers takes long. */
function hostileKey(random: Random): Buffer {
  const [rsa, ...others] = privateKeys;
  return hostileDer(random, rsa !== undefined && random.oneIn(10) ? rsa : random.pick([...others, ...otherForms]));
}

function hostilePem(random: Random): Buffer {
  const body = random.oneIn(3) ? hostileKey(random) : random.pick(privateKeys.slice(1));
  const label = random.pick(["PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "CERTIFICATE", "\0", "A".repeat(50), ""]);
  const lines = body.toString("base64").replace(/.{64}/g, `$&${random.pick(["\n", "\r\n", "", " \n"])}`);
  const end = random.pick([`-----END ${label}-----`, `-----END ${label}-----\n`, "-----END X-----", "", "-----"]);
  const before = random.pick(["", "Bag Attributes\n", "-----BEGIN ", "Proc-Type: 4,ENCRYPTED\n"]);
  return Buffer.from(`${before}-----BEGIN ${label}-----\n${random.oneIn(9) ? "Proc-Type: 4\n\n" : ""}${lines}\n${end}`);
}

export const keyTargets: readonly Target[] = [
  parser({
    name: "der",
    examples: [...privateKeys, ...publicKeys, ...otherForms],
    make: (random) => hostileDer(random, random.pick([...privateKeys, ...publicKeys, ...otherForms])),
    weight: 60,
    mayThrow: noErrors,
    run: (input) => {
      const value = readDer(input);
      if (value !== null && value.end > input.length) throw new WrongResult("It reaches beyond the end.");
      const members = [...(derChildren(input) ?? []), ...(derSequence(input) ?? [])];
      return [members.length, likenessToDer(input)];
    },
  }),
  parser({
    name: "pem",
    examples: [...pems, ...encrypted],
    make: hostilePem,
    weight: 50,
    mayThrow: byokErrorsOnly,
    run: (input) => readPem(input)?.der,
  }),
  parser({
    name: "private-keys",
    examples: [...privateKeys.slice(1), ...otherForms],
    make: hostileKey,
    weight: 30,
    mayThrow: byokErrorsOnly,
    run: (input) => {
      const { pkcs8: spelled } = readPrivateKey(input);
      if (!readPrivateKey(spelled).pkcs8.equals(spelled)) throw new WrongResult("Its one spelling is not the one.");
      return spelled;
    },
  }),
  parser({
    name: "material",
    examples: [
      ...privateKeys.slice(1),
      ...pems.slice(1),
      ...texts("0a".repeat(32), `${"A".repeat(43)}=`, "x".repeat(32)),
      Buffer.alloc(48, 7),
    ],
    make: (random) => {
      const way = random.below(4);
      if (way === 0) return hostilePem(random);
      if (way === 1) return Buffer.from(hostileKey(random).toString(random.pick(["hex", "base64"])));
      if (way === 2) return Buffer.from(random.bytes(random.pick([16, 24, 28, 31, 32, 33, 48, 64])).toString("hex"));
      return random.bytes(random.pick([15, 16, 24, 28, 32, 48, 64, 65]));
    },
    weight: 60,
    mayThrow: byokErrorsOnly,
    run: (input) => {
      const encoding = materialEncodings[(input[0] ?? 0) % (materialEncodings.length + 1)];
      const bytes = readMaterial(input, encoding);
      // Bytes that are read are material: whatever has a size or a form has a fingerprint.
      const material = KeyMaterial.take(bytes);
      material.destroy();
      return material.fingerprint;
    },
  }),
  parser({
    name: "material-values",
    examples: texts(
      Buffer.alloc(32, 7).toString("base64"),
      ...privateKeys.slice(1).map((der) => der.toString("base64")),
    ),
    make: (random) =>
      random.oneIn(2)
        ? Buffer.from(hostileKey(random).toString("base64"))
        : Buffer.from(
            random.pick(["=", "A", " ", "-", "AA=="]).repeat(random.pick([1, 44, random.oneIn(20) ? 100_000 : 43])) +
              random.pick(["", "x", "="]),
          ),
    weight: 40,
    mayThrow: byokErrorsOnly,
    run: (input) => KeyMaterial.take(readMaterialValue(input.toString())).fingerprint,
  }),
  parser({
    name: "wrapping-keys",
    examples: [...publicKeys, ...otherForms.slice(0, 1)],
    make: (random) => {
      const der = hostileDer(random, random.oneIn(2) ? (publicKeys[0] ?? Buffer.alloc(0)) : random.pick(publicKeys));
      if (random.oneIn(3)) return der;
      const pem = `-----BEGIN PUBLIC KEY-----\n${der.toString("base64")}\n-----END PUBLIC KEY-----\n`;
      return mutated(random, Buffer.from(pem), publicKeys);
    },
    weight: 60,
    mayThrow: (error) => byokErrorsOnly(error) && /untrusted_answer/.test(String(error)),
    run: (input) => {
      const { publicKey } = wrappingKeyFrom(input, "RSA_2048");
      const { modulusLength, publicExponent = 0n } = publicKey.asymmetricKeyDetails ?? {};
      if (publicKey.asymmetricKeyType !== "rsa" || modulusLength !== wrappingKeySpecs.RSA_2048.bits) {
        throw new WrongResult(`It takes ${publicKey.asymmetricKeyType} of ${modulusLength} bits.`);
      }
      if (publicExponent < 65_537n) throw new WrongResult(`It takes the exponent ${publicExponent}.`);
      return undefined;
    },
  }),
  parser({
    name: "public-keys",
    examples: publicKeys,
    make: (random) => hostileDer(random, random.pick(publicKeys)),
    weight: 30,
    mayThrow: byokErrorsOnly,
    run: (input) => fingerprintOfPublicKey(input),
  }),
];
