import { generateKeyPairSync, randomBytes } from "node:crypto";
import { ecKey, pem } from "./private-key-spellings";

/** A key in a form in which it is often given by mistake, and what is to be said of it in each place. */
export interface Mistake {
  readonly name: string;
  readonly text: string | Buffer;
  /** Null: in this place it is no mistake, or there is no such place. */
  readonly inSource: RegExp | null;
  readonly inline: RegExp | null;
}

const key = ecKey("prime256v1");
const pemText = pem("PRIVATE KEY", key).toString();
/** No digit of its base64 is a hyphen's or an underscore's by chance, and each form has one. */
const bytes = Buffer.concat([Buffer.of(0xfb, 0xff, 0xbf), randomBytes(29)]);
const hex = bytes.toString("hex");
const pairs = hex.match(/../g) ?? [];
const rsaJwk = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey.export({ format: "jwk" });

export const mistakes: readonly Mistake[] = [
  {
    name: "a PEM with literal \\n",
    text: pemText.replaceAll("\n", String.raw`\n`),
    inSource: /the two characters `\\n` where its lines should end.*printf '%b'/,
    inline: /it is a PEM with the two characters `\\n` for its line ends.*printf '%b'.*openssl pkey/,
  },
  {
    name: "a PEM",
    text: pemText,
    inSource: null,
    inline: /it is a PEM, as `file\("key\.pem"\)` gives.*openssl pkey -in KEY\.pem -outform DER \| base64/,
  },
  {
    name: "base64 of a PEM",
    text: Buffer.from(pemText).toString("base64"),
    inSource: /it is base64 of a PEM\. Decode it once/,
    inline: /it is base64 of a PEM\. Give base64 of the key's DER instead/,
  },
  {
    name: "base64url",
    text: bytes.toString("base64url"),
    inSource: /it is base64url .*tr -- -_ \+\//,
    inline: /it is base64url .*tr -- -_ \+\//,
  },
  {
    name: "base64url with its padding",
    text: `${bytes.toString("base64url")}=`,
    inSource: /it is base64url/,
    inline: /it is base64url/,
  },
  {
    name: "base64 without its padding",
    text: bytes.toString("base64").replaceAll("=", ""),
    inSource: /it is base64 without its padding\. Add `=`/,
    inline: /it is base64 without its padding\. Add `=`/,
  },
  {
    name: "a JWK",
    text: JSON.stringify(rsaJwk),
    inSource: /it is a JSON Web Key \(JWK\).*member `k`/,
    inline: /it is a JSON Web Key \(JWK\).*member `k`/,
  },
  {
    name: "other JSON",
    text: JSON.stringify({ SecretString: bytes.toString("base64"), Name: "payments" }, null, 2),
    inSource: /it is JSON\. Give only the key that is in it: `jq -r \.NAME`/,
    inline: /it is JSON\./,
  },
  { name: "hex", text: hex, inSource: null, inline: /it is hex\. Convert it: `xxd -r -p \| base64`/ },
  {
    name: "hex with colons",
    text: pairs.join(":"),
    inSource: /it is hex with something between its digits.*tr -d ': '/,
    inline: /it is hex with something between its digits.*xxd -r -p \| base64/,
  },
  {
    name: "hex with blanks",
    text: pairs.join(" "),
    inSource: /it is hex with something between its digits/,
    inline: /it is hex with something between its digits/,
  },
  {
    name: "hex with 0x",
    text: `0x${hex}`,
    inSource: /it is hex with something between its digits/,
    inline: /it is hex with something between its digits/,
  },
  {
    name: "hex as an array of C",
    text: pairs.map((pair) => `0X${pair}`).join(", "),
    inSource: /it is hex with something between its digits/,
    inline: /it is hex with something between its digits/,
  },
  {
    name: "hex as escapes",
    text: pairs.map((pair) => String.raw`\x${pair}`).join(""),
    inSource: /it is hex with something between its digits/,
    inline: /it is hex with something between its digits/,
  },
  {
    name: "UTF-16 as PowerShell writes it",
    text: Buffer.from(`\u{feff}${bytes.toString("base64")}\r\n`, "utf16le"),
    inSource: /it is text in UTF-16.*iconv/,
    inline: null,
  },
  {
    name: "UTF-16 without a mark",
    text: Buffer.from(bytes.toString("base64"), "utf16le"),
    inSource: /it is text in UTF-16/,
    inline: null,
  },
  {
    name: "UTF-16, the high byte first",
    text: Buffer.from(`\u{feff}${bytes.toString("base64")}`, "utf16le").swap16(),
    inSource: /it is text in UTF-16/,
    inline: null,
  },
  {
    name: "a path",
    text: "keys/payments.pem",
    inSource: /it is the path of a file, not what is in it\. Name the file itself as the source: `file:`/,
    inline: /it is the path of a file, not what is in it\. Name the file in `key/,
  },
  {
    name: "a source's URI",
    text: "file:keys/payments",
    inSource: /it is the path of a file/,
    inline: /it is the path of a file/,
  },
];
