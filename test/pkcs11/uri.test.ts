import fc from "fast-check";
import { ByokError } from "../../src/engine/errors";
import { nameOfUri, parsePkcs11Uri } from "../../src/pkcs11/uri";
import { thrown } from "../engine/thrown";

const attribute = "key_material_source";
const parse = (text: string) => parsePkcs11Uri(text, attribute);
const query = "module-path=/usr/lib/x.so";

describe("a PKCS#11 URI", () => {
  it("is read with all that RFC 7512 says of a key", () => {
    const path = [
      "token=The%20Software%20PKCS%2311%20Softtoken",
      "serial=4711",
      "manufacturer=Snake%20Oil,%20Inc.",
      "model=1.0",
      "library-manufacturer=Snake",
      "library-description=Soft%20Token",
      "library-version=3.0",
      "object=my-key",
      "id=%69%95%3E%5C%F4%BD%EC%91",
      "type=private",
    ].join(";");
    expect(parse(`pkcs11:${path}?module-path=/usr/lib&module-name=x&pin-source=file:/run/pin`)).toEqual({
      token: "The Software PKCS#11 Softtoken",
      serial: "4711",
      manufacturer: "Snake Oil, Inc.",
      model: "1.0",
      libraryManufacturer: "Snake",
      libraryDescription: "Soft Token",
      libraryVersion: "3.0",
      object: "my-key",
      id: Buffer.from("69953e5cf4bdec91", "hex"),
      type: "private",
      modulePath: "/usr/lib",
      moduleName: "x",
      pinSource: { kind: "file", path: "/run/pin" },
    });
  });

  it("takes its attributes in any order, and its scheme in any case", () => {
    expect(parse(`PKCS11:id=%00;token=a?pin-source=env:PIN&module-name=softhsm2`)).toEqual({
      id: Buffer.from([0]),
      token: "a",
      pinSource: { kind: "env", variable: "PIN" },
      moduleName: "softhsm2",
    });
  });

  it.each([
    ["file:///run/pin", { kind: "file", path: "/run/pin" }],
    ["file://localhost/run/pin", { kind: "file", path: "/run/pin" }],
    ["file:/run/my%20pin", { kind: "file", path: "/run/my pin" }],
    ["env:HSM_PIN", { kind: "env", variable: "HSM_PIN" }],
    ["|/usr/bin/pass hsm", { kind: "command", words: ["/usr/bin/pass", "hsm"] }],
    ["%7C/usr/bin/pass%20two%2520words", { kind: "command", words: ["/usr/bin/pass", "two words"] }],
  ])("says where the PIN is: %s", (source, expected) => {
    expect(parse(`pkcs11:token=a;object=b?${query}&pin-source=${source}`).pinSource).toEqual(expected);
  });

  it.each([
    ["another scheme", "pkcs12:token=a;object=b", "must begin with `pkcs11:`"],
    ["no token", `pkcs11:object=b?${query}`, "must name the token"],
    ["no key", `pkcs11:token=a?${query}`, "must name the key"],
    ["no module", "pkcs11:token=a;object=b", "must name the vendor's library"],
    ["a relative module", "pkcs11:token=a;object=b?module-path=x.so", "absolute path in its `module-path`"],
    ["a path as name", "pkcs11:token=a;object=b?module-name=../x", "the bare name of a library"],
    ["the number of a slot", `pkcs11:slot-id=1;object=b?${query}`, "names a slot by its number"],
    ["a slot", `pkcs11:slot-description=x;object=b?${query}`, "names a slot"],
    ["a PIN", `pkcs11:token=a;object=b?${query}&pin-value=1234`, "has a PIN in it"],
    ["a PIN for its source", `pkcs11:token=a;object=b?${query}&pin-source=1234`, "and not the PIN"],
    [
      "a relative file of the PIN",
      `pkcs11:token=a;object=b?${query}&pin-source=file:pin`,
      "absolute path in its `pin-",
    ],
    ["another machine", `pkcs11:token=a;object=b?${query}&pin-source=file://host/pin`, "and not the PIN"],
    ["no command", `pkcs11:token=a;object=b?${query}&pin-source=%7C`, "names no command"],
    ["a certificate", `pkcs11:token=a;object=b;type=cert?${query}`, "`secret-key` or `private`"],
    ["an unknown attribute", `pkcs11:token=a;object=b;x=1?${query}`, "before its `?` that is not supported"],
    ["an unknown setting", `pkcs11:token=a;object=b?${query}&encoding=hex`, "behind its `?` that is not supported"],
    ["an attribute twice", `pkcs11:token=a;token=c;object=b?${query}`, "has `token` more than once"],
    ["an attribute without a value", `pkcs11:token=;object=b?${query}`, "without a value"],
    ["a part without a name", `pkcs11:token=a;b?${query}`, "no `name=value`"],
    ["a broken escape", `pkcs11:token=a%2;object=b?${query}`, "two hexadecimal digits"],
    ["no UTF-8", `pkcs11:token=%FF;object=b?${query}`, "not UTF-8"],
    ["two question marks", `pkcs11:token=a?x;object=b?${query}`, "a `?` or `#` too many"],
    ["a fragment", `pkcs11:token=a#x;object=b?${query}`, "a `?` or `#` too many"],
  ])("is refused with %s", (_, text, words) => {
    const error = thrown(() => parse(text));
    expect(error).toMatchObject({ code: "invalid_argument", attribute });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain("1234");
  });

  it("is called by its path alone", () => {
    expect(nameOfUri(parse(`pkcs11:id=%01%fe;object=a%3Bb;token=t?${query}&pin-source=env:PIN`))).toBe(
      "pkcs11:token=t;object=a%3Bb;id=%01%FE",
    );
  });

  it("keeps every label and id, however they are written", () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 20 });
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(text, bytes, (label, id) => {
        const written = Array.from(id, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
        const uri = parse(`pkcs11:token=t;object=${encodeURIComponent(label)};id=${written}?${query}`);
        expect([uri.object, uri.id?.toString("hex")]).toEqual([label, Buffer.from(id).toString("hex")]);
        expect(parse(`${nameOfUri(uri)}?${query}`)).toEqual(uri);
      }),
    );
  });

  it("is read or refused, and nothing else, whatever it is", () => {
    const pieces = ["token", "object", "=", ";", "?", "&", "%", "%41", "|", "/", "a", '"', "#", "pin-source", "file:"];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...pieces) }), (rest) => {
        try {
          parse(`pkcs11:${rest}`);
        } catch (error) {
          expect(error).toBeInstanceOf(ByokError);
        }
      }),
    );
  });
});
