import { generateKeyPairSync } from "node:crypto";
import { readParams, writeParams } from "../../../src/ceremony/params-file";
import { readWrapped, writeWrapped } from "../../../src/ceremony/wrapped-file";
import { fingerprintOfRaw } from "../../../src/engine/fingerprint";
import { wrappingKeyFrom } from "../../../src/engine/wrapping-key";
import { hostileJson } from "../grammar/json";
import { byokErrorsOnly, parser, type Target } from "../target";

// The files of a key ceremony: they are carried by hand, and come from a machine that may not be what it should be.

const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const wrappingKey = wrappingKeyFrom(publicKey.export({ format: "der", type: "spki" }), "RSA_2048");
const fingerprint = fingerprintOfRaw(Buffer.alloc(32, 1));
const [madeAt, validTo] = [1_767_225_600, 1_767_312_000];
const shape = { kind: "raw", bytes: 32 } as const;
const key = {
  keyArn: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  keySpec: "SYMMETRIC_DEFAULT",
  algorithm: "RSAES_OAEP_SHA_256",
  token: Buffer.alloc(300, 1),
  validTo,
} as const;
const other = { ...key, keyArn: "arn:verenc:111122223333:key/1234", validTo: undefined };

const params = writeParams({
  madeAt,
  fingerprint,
  keys: [key, other].map((one) => ({ ...one, shape, wrappingKey })),
});
const wrapped = writeWrapped({
  madeAt,
  fingerprint,
  shape,
  paramsDigest: "0".repeat(64),
  keys: [key, other].map((one) => ({ ...one, wrappingKeySpec: "RSA_2048", wrapped: Buffer.alloc(256, 2) })),
});

const common = { weight: 30, mayThrow: byokErrorsOnly };

export const ceremonyTargets: readonly Target[] = [
  parser({
    ...common,
    name: "params-file",
    examples: [params],
    make: (random) => Buffer.from(hostileJson(random, JSON.parse(params.toString()))),
    run: (input) => readParams(input, "params"),
  }),
  parser({
    ...common,
    name: "wrapped-file",
    examples: [wrapped],
    make: (random) => Buffer.from(hostileJson(random, JSON.parse(wrapped.toString()))),
    run: (input) => readWrapped(input, "wrapped"),
  }),
];
