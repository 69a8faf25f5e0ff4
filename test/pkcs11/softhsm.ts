import { execFileSync } from "node:child_process";
import type { JsonWebKey, KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attribute, keyType, mechanism, objectClass } from "../../src/pkcs11/constants";

/** Where packages put SoftHSM's module. */
const places = [
  process.env["SOFTHSM2_MODULE"] ?? "",
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib64/pkcs11/libsofthsm2.so",
  "/usr/lib64/softhsm/libsofthsm.so",
  "/usr/local/lib/softhsm/libsofthsm2.so",
  "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/** SoftHSM's module. Undefined where the machine has none. */
export const softhsmModule = places.find((place) => place !== "" && existsSync(place));

/** `describe`, where the machine has SoftHSM; otherwise one test that says what did not run, or fails where it is required. */
export function describeWithSofthsm(title: string, tests: (module: string) => void): void {
  if (softhsmModule !== undefined) {
    describe(title, () => tests(softhsmModule ?? ""));
    return;
  }
  const missing = `The tests "${title}" did not run, since SoftHSM is not installed: apt-get install softhsm2`;
  it(missing, () => {
    process.stderr.write(`${missing}\n`);
    expect(process.env["BYOK_SOFTHSM"]).not.toBe("required");
  });
}

export type Template = readonly (readonly [number, boolean | number | Buffer | string])[];

/** A token of a test, in a folder of its own. */
export interface SofthsmToken {
  readonly module: string;
  readonly folder: string;
  readonly label: string;
  /** The file with its PIN. */
  readonly pinFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The URI of a key in it. `names` stands between `token=…;` and the query. */
  uri(names: string, query?: string): string;
  put(...templates: readonly Template[]): void;
  generateAes(template: Template): void;
  /** Another token in the same module. */
  addToken(label: string): void;
  remove(): Promise<void>;
}

export const pin = "3141";

export async function softhsmToken(module: string, label = "byok test"): Promise<SofthsmToken> {
  const folder = await mkdtemp(join(tmpdir(), "byok-softhsm-"));
  await mkdir(join(folder, "tokens"));
  const conf = join(folder, "softhsm2.conf");
  await writeFile(
    conf,
    `directories.tokendir = ${join(folder, "tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n`,
  );
  const pinFile = join(folder, "pin");
  await writeFile(pinFile, `${pin}\n`, { mode: 0o600 });
  const env = { ...process.env, SOFTHSM2_CONF: conf };
  const addToken = (name: string): void => {
    const words = ["--init-token", "--free", "--label", name, "--so-pin", "27182818", "--pin", pin];
    execFileSync("softhsm2-util", words, { env, stdio: ["ignore", "ignore", "pipe"] });
  };
  addToken(label);
  const put = (objects: readonly object[]): void => {
    const input = JSON.stringify({ module, token: label, pin, objects });
    execFileSync(process.execPath, [join(__dirname, "put-objects.cjs")], {
      env,
      input,
      stdio: ["pipe", "ignore", "pipe"],
    });
  };
  return {
    module,
    folder,
    label,
    pinFile,
    env,
    uri: (names, query = `&pin-source=file:${pinFile}`) =>
      `pkcs11:token=${encodeURIComponent(label)};${names}?module-path=${module}${query}`,
    put: (...templates) => put(templates.map((template) => ({ template: written(template) }))),
    generateAes: (template) => put([{ generate: mechanism.aesKeyGen, template: written(template) }]),
    addToken,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function written(template: Template): readonly (readonly [number, unknown])[] {
  return template.map(([type, value]) => {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    return [type, Buffer.isBuffer(bytes) ? { base64: bytes.toString("base64") } : bytes];
  });
}

/** CKA_VALUE and the private numbers, which byok never reads. */
const secret = {
  value: 0x11,
  privateExponent: 0x123,
  prime1: 0x124,
  prime2: 0x125,
  exponent1: 0x126,
  exponent2: 0x127,
  coefficient: 0x128,
};

/** A key that may be wrapped, under a label. */
export function extractable(label: string): Template {
  return [
    [attribute.token, true],
    [attribute.private, true],
    [attribute.label, label],
    [attribute.sensitive, true],
    [attribute.extractable, true],
  ];
}

/** A symmetric key of known bytes. `more` goes before what it would have otherwise. */
export function secretKey(label: string, bytes: Buffer, more: Template = [], type: number = keyType.aes): Template {
  return merged(
    [
      [attribute.class, objectClass.secretKey],
      [attribute.keyType, type],
      ...extractable(label),
      [attribute.sign, true],
      [secret.value, bytes],
    ],
    more,
  );
}

/** The two halves of a key pair, the private one wrappable, both with an id. */
export function keyPair(label: string, id: Buffer, privateKey: KeyObject): readonly [Template, Template] {
  const jwk = privateKey.export({ format: "jwk" });
  const isRsa = jwk.kty === "RSA";
  const common: Template = [
    [attribute.keyType, isRsa ? keyType.rsa : keyType.ec],
    [attribute.id, id],
  ];
  const numbers = isRsa ? rsaNumbers(jwk) : ecNumbers(jwk, privateKey);
  return [
    [[attribute.class, objectClass.privateKey], ...common, ...extractable(label), ...numbers.privateHalf],
    [
      [attribute.class, objectClass.publicKey],
      ...common,
      [attribute.token, true],
      [attribute.label, label],
      ...numbers.publicHalf,
    ],
  ];
}

interface Numbers {
  readonly privateHalf: Template;
  readonly publicHalf: Template;
}

function rsaNumbers({ n, e, d, p, q, dp, dq, qi }: JsonWebKey): Numbers {
  const publicHalf: Template = [
    [attribute.modulus, number(n)],
    [attribute.publicExponent, number(e)],
  ];
  return {
    publicHalf,
    privateHalf: [
      ...publicHalf,
      [secret.privateExponent, number(d)],
      [secret.prime1, number(p)],
      [secret.prime2, number(q)],
      [secret.exponent1, number(dp)],
      [secret.exponent2, number(dq)],
      [secret.coefficient, number(qi)],
    ],
  };
}

/** The identifier of the curve, and the point as a DER OCTET STRING. */
function ecNumbers({ x, y, d, crv = "" }: JsonWebKey, { asymmetricKeyDetails }: KeyObject): Numbers {
  const identifiers: Readonly<Record<string, string>> = {
    prime256v1: "06082a8648ce3d030107",
    secp384r1: "06052b81040022",
    secp521r1: "06052b81040023",
    secp256k1: "06052b8104000a",
  };
  const parameters = Buffer.from(identifiers[asymmetricKeyDetails?.namedCurve ?? crv] ?? "", "hex");
  const point = Buffer.concat([Buffer.from([4]), number(x), number(y)]);
  const length = point.length < 0x80 ? [point.length] : [0x81, point.length];
  return {
    publicHalf: [
      [attribute.ecParams, parameters],
      [attribute.ecPoint, Buffer.concat([Buffer.from([4, ...length]), point])],
    ],
    privateHalf: [
      [attribute.ecParams, parameters],
      [secret.value, number(d)],
    ],
  };
}

function number(text: string | undefined): Buffer {
  return Buffer.from(text ?? "", "base64url");
}

/** Attributes may be in a template once. */
function merged(template: Template, more: Template): Template {
  const replaced = new Set(more.map(([type]) => type));
  return [...template.filter(([type]) => !replaced.has(type)), ...more];
}
