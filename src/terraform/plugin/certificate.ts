import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A key and the certificate that it signed for itself. */
export interface ServerCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** The certificate's DER, for the handshake line. */
  readonly certificateDer: Buffer;
}

/**
 * A self-signed certificate for `localhost` with a fresh P-256 key, valid for a day from one minute ago. The host trusts
 * exactly this one, because it reads it from the process that it has just started. X.509 v3 as in RFC 5280.
 */
export function selfSignedCertificate(now: Date): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(set(sequence(objectIdentifier.commonName, utf8String("localhost"))));
  const version3 = tlv(0xa0, integer(Buffer.from([2])));
  // Positive and without leading zero, whatever the random bytes are.
  const serial = integer(Buffer.concat([Buffer.from([0x40]), randomBytes(15)]));
  const validity = sequence(time(now.getTime() - 60_000), time(now.getTime() + 24 * 3_600_000));
  const subjectAlternativeName = sequence(
    objectIdentifier.subjectAlternativeName,
    octetString(sequence(tlv(0x82, Buffer.from("localhost", "ascii")))),
  );
  const extensions = tlv(0xa3, sequence(subjectAlternativeName));
  const algorithm = sequence(objectIdentifier.ecdsaWithSha256);
  const publicKeyInfo = publicKey.export({ type: "spki", format: "der" });
  const body = sequence(version3, serial, algorithm, name, validity, name, publicKeyInfo, extensions);
  const signature = tlv(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]));
  const certificateDer = sequence(body, algorithm, signature);
  const base64 = certificateDer.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    certificatePem: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificateDer,
  };
}

// Distinguished Encoding Rules (X.690): tag, length, content.
function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...content: readonly Buffer[]): Buffer => tlv(0x30, ...content);
const set = (...content: readonly Buffer[]): Buffer => tlv(0x31, ...content);
const integer = (bytes: Buffer): Buffer => tlv(0x02, bytes);
const octetString = (content: Buffer): Buffer => tlv(0x04, content);
const utf8String = (text: string): Buffer => tlv(0x0c, Buffer.from(text, "utf8"));

function time(milliseconds: number): Buffer {
  // UTCTime has two digits for the year and holds until 2049, GeneralizedTime has four.
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, "");
  return text < "2050" ? tlv(0x17, Buffer.from(text.slice(2), "ascii")) : tlv(0x18, Buffer.from(text, "ascii"));
}

const objectIdentifier = {
  commonName: Buffer.from("0603550403", "hex"),
  subjectAlternativeName: Buffer.from("0603551d11", "hex"),
  ecdsaWithSha256: Buffer.from("06082a8648ce3d040302", "hex"),
} as const;
