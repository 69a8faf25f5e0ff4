import { encryptedLabel, parametersLabel, readPem } from "../../src/engine/pem";
import { pem } from "./private-key-spellings";
import { thrown } from "./thrown";

const key = pem("PRIVATE KEY", Buffer.from("some bytes"));
const read = (text: string | Buffer): unknown => {
  const block = readPem(Buffer.from(text));
  return block === null ? null : [block.label, block.der.toString()];
};
const some = ["PRIVATE KEY", "some bytes"];

const backslashes =
  "it has the two characters `\\n` where its lines should end. Turn them into line ends, such as with `printf '%b'`";

describe("a PEM", () => {
  it("is read wherever it stands, with what other programs write before it", () => {
    expect(read(key)).toEqual(some);
    expect(read(Buffer.concat([Buffer.from("Bag Attributes\n"), key]))).toEqual(some);
    expect(read(Buffer.concat([key, Buffer.from(" \n\t\r\n")]))).toEqual(some);
    expect(read("-----BEGIN PRIVATE KEY-----c29tZSBieXRlcw==-----END PRIVATE KEY-----")).toEqual(some);
    expect(read(`-----BEGIN ${"A".repeat(40)}-----AAAA-----END ${"A".repeat(40)}-----`)).toEqual([
      "A".repeat(40),
      "\0\0\0",
    ]);
    expect(read("-----BEGIN X509 CRL-----AAAA-----END X509 CRL-----")).toEqual(["X509 CRL", "\0\0\0"]);
  });

  it("is not there where nothing begins one", () => {
    expect(read("")).toBeNull();
    expect(read("-----END PRIVATE KEY-----")).toBeNull();
    expect(read("----BEGIN PRIVATE KEY-----")).toBeNull();
  });

  it("is shown by its label where its body is of no use", () => {
    const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    expect(read(parameters)).toEqual([parametersLabel, ""]);
    expect(read(`${parameters}${key.toString()}`)).toEqual(some);
    expect([parametersLabel, encryptedLabel]).toEqual(["EC PARAMETERS", "ENCRYPTED PRIVATE KEY"]);
    const old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----";
    expect(read(old)).toEqual([encryptedLabel, ""]);
  });

  it.each([
    ["-----BEGIN PRIVATE KEY", "its first line is not whole"],
    ["-----BEGIN -----", "its first line is not whole"],
    ["-----BEGIN private key-----", "its first line is not whole"],
    ["-----BEGIN KEY*-----AAAA-----END KEY*-----", "its first line is not whole"],
    ["-----BEGIN *KEY-----AAAA-----END *KEY-----", "its first line is not whole"],
    [`-----BEGIN ${"A".repeat(41)}-----`, "its first line is not whole"],
    [String.raw`-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`, backslashes],
    [String.raw`-----BEGIN PRIVATE KEY-----\r\nAAAA\r\n-----END PRIVATE KEY-----`, backslashes],
    [String.raw`-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----`, backslashes],
    ["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PUBLIC KEY-----", "its last line is missing"],
    ["-----END PRIVATE KEY----------BEGIN PRIVATE KEY-----\nAAAA", "its last line is missing"],
    [key.toString().repeat(2), "more than one block is in it: leave only the private key"],
    [`${key.toString()}x`, "text follows its last line"],
    ["-----BEGIN KEY-----\nAAA\n-----END KEY-----", "what is between its first and last line is not base64"],
    ["-----BEGIN KEY-----\n-----END KEY-----", "what is between its first and last line is not base64"],
    [
      "-----BEGIN KEY-----\nAAAA\nProc-Type: 4\n-----END KEY-----",
      "what is between its first and last line is not base64",
    ],
  ])("is refused as %j: %s", (text, what) => {
    const error = thrown(() => readPem(Buffer.from(text)));
    expect([error.code, error.rawMessage]).toEqual(["malformed_material", `The PEM cannot be read: ${what}.`]);
  });
});
