import * as fc from "fast-check";
import { parseAllowedSources, parseSourceUri, sourceFromUri } from "../../src/material-sources/source-uri";
import { codeOf, thrown } from "../engine/thrown";

const attribute = "key_material_source";

/** What is read in a URI. */
function placeOf(uri: string): object {
  const { kind, place } = parseSourceUri(uri, attribute);
  return { kind, ...place };
}

describe("a source's URI", () => {
  it.each([
    ["file:keys/payments.bin", { kind: "file", path: "keys/payments.bin" }],
    ["file:///var/keys/payments.bin", { kind: "file", path: "/var/keys/payments.bin" }],
    ["file:/var/keys/payments.bin", { kind: "file", path: "/var/keys/payments.bin" }],
    ["file://localhost/k.bin", { kind: "file", path: "/k.bin" }],
    ["FILE:k.bin", { kind: "file", path: "k.bin" }],
    ["file:./~payments", { kind: "file", path: "./~payments" }],
    ["file:a%20b%3F%23%25.bin", { kind: "file", path: "a b?#%.bin" }],
    ["file:k.hex?encoding=hex", { kind: "file", path: "k.hex", encoding: "hex" }],
    ["env:PAYMENTS_KEY", { kind: "env", variable: "PAYMENTS_KEY" }],
    ["env:deadbeef?encoding=base64", { kind: "env", variable: "deadbeef", encoding: "base64" }],
    ["exec:/usr/bin/get-key payments", { kind: "exec", words: ["/usr/bin/get-key", "payments"] }],
    ["exec: get-key   a%20b  c", { kind: "exec", words: ["get-key", "a b", "c"] }],
    ["exec:get-key?encoding=der", { kind: "exec", words: ["get-key"], encoding: "der" }],
    ["wrap:/usr/bin/vendor-wrap payments a%3Fb", { kind: "wrap", words: ["/usr/bin/vendor-wrap", "payments", "a?b"] }],
    ["vault-transit:transit/payments", { kind: "vault-transit", mount: "transit", key: "payments" }],
    [
      "vault-transit:team%20a/transit/pay.ments-2?export=true&version=12",
      { kind: "vault-transit", mount: "team a/transit", key: "pay.ments-2", version: 12, exported: true },
    ],
    ["VAULT-TRANSIT:t%2Fk?version=1", { kind: "vault-transit", mount: "t", key: "k", version: 1 }],
    ["wrapped:payments.wrapped.json", { kind: "wrapped", path: "payments.wrapped.json" }],
    ["wrapped:///srv/a%20b.json", { kind: "wrapped", path: "/srv/a b.json" }],
    ["exec:get-key $HOME;`id`", { kind: "exec", words: ["get-key", "$HOME;`id`"] }],
  ])("%s is understood", (uri, parsed) => {
    expect(placeOf(uri)).toEqual(parsed);
  });

  it.each<[string, RegExp]>([
    [
      "",
      /must begin with `file:`, `env:`, `exec:`, `wrap:`, `wrapped:`, `pkcs11:`, `vault-transit:`.*`key_material_wo`/,
    ],
    ["keys/payments.bin", /must begin with .*looks like the path of a file: write `file:` before it/],
    ["payments.pem", /looks like the path of a file/],
    ["./payments", /looks like the path of a file/],
    ["../payments", /looks like the path of a file/],
    ["/run/secrets/payments", /looks like the path of a file/],
    ["~/payments", /looks like the path of a file/],
    [String.raw`C:\keys\payments`, /looks like the path of a file/],
    ["keys/payments", /looks like the path of a file/],
    ["payments", /The bytes themselves go into `key_material_wo`/],
    [`/${"A".repeat(40)}+A=`, /The bytes themselves go into/],
    [`/${"A".repeat(300)}`, /The bytes themselves go into/],
    [`AAAA/${"A".repeat(27)}`, /The bytes themselves go into/],
    [":", /must begin with/],
    ["vault:secret/data/key", /must begin with/],
    ["https://example.com/key", /must begin with/],
    ["file:", /names no file/],
    ["file:keys/", /names no file/],
    ["file://host/key", /names another machine/],
    ["file://key", /names another machine/],
    ["file:~/key", /only a shell understands/],
    ["file:%zz", /not followed by two hexadecimal digits/],
    ["file:%ff", /not followed by two hexadecimal digits/],
    ["file:a%00b", /zero byte/],
    ["file:a#b", /`\?` or `#` too many/],
    ["file:a?encoding=hex?encoding=raw", /`\?` or `#` too many/],
    ["file:a?", /one of raw, hex, base64, pem, der/],
    ["file:a?encoding=base32", /one of raw/],
    ["file:a?encoding=hex=", /one of raw/],
    ["file:a?encoding=hex&encoding=raw", /one of raw/],
    ["file:a?mode=hex", /one of raw/],
    ["env:", /name of an environment variable/],
    ["env:a=b", /name of an environment variable/],
    ["env:1A", /name of an environment variable/],
    [`env:${"ab".repeat(16)}`, /not its value/],
    ["exec:", /names no command/],
    ["exec:   ", /names no command after `exec:`/],
    ["wrap:", /names no command after `wrap:`/],
    ["wrap:vendor-wrap?encoding=hex", /takes no encoding/],
    ...[
      "",
      "payments",
      "transit/",
      "/payments",
      "/transit/payments",
      "a//b",
      "a/../b",
      "./b",
      "t/a b",
      "t/-b",
      "t/b.",
    ].map((place): [string, RegExp] => [
      `vault-transit:${place}`,
      /must give the mount of a Transit engine and the name of a key/,
    ]),
    [`vault-transit:t/${"k".repeat(257)}`, /name of a key/],
    ["vault-transit:t%0A/k", /mount of a Transit engine/],
    ...["", "version", "version=0", "version=01", "version=latest", "version=9999999999", "export", "export=false"].map(
      (query): [string, RegExp] => [`vault-transit:t/k?${query}`, /may end with `\?version=`/],
    ),
    ...["encoding=raw", "version=1&version=2", "export=true&export=true", "version=1&", "version=1&namespace=a"].map(
      (query): [string, RegExp] => [`vault-transit:t/k?${query}`, /may end with `\?version=`/],
    ),
    ["wrapped:", /names no file after `wrapped:`/],
    ["wrapped:w.json?encoding=raw", /takes no encoding/],
  ])("%s is refused", (uri, words) => {
    const error = thrown(() => parseSourceUri(uri, attribute));
    expect(error).toMatchObject({ code: "invalid_argument", attribute });
    expect(error.message).toMatch(words);
  });

  it("of the command may be standard input", () => {
    expect(thrown(() => parseSourceUri("payments", "source")).message).toContain("on standard input, with `-`");
  });

  it.each([
    "ab".repeat(32),
    "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=",
    `env:${"c0ffee11".repeat(8)}`,
    "de:ad:be:ef:de:ad:be:ef",
  ])("is not repeated when it is the key itself: %s", (pasted) => {
    const { message, stack } = thrown(() => parseSourceUri(pasted, attribute));
    const told = `${message}${stack}`;
    const pieces = Array.from({ length: pasted.length - 7 }, (_, at) => pasted.slice(at, at + 8));
    expect(pieces.filter((piece) => told.includes(piece))).toEqual([]);
  });

  it("gives a source or a ByokError for any text", () => {
    const scheme = fc.constantFrom(
      "",
      "file:",
      "env:",
      "exec:",
      "wrap:",
      "wrapped:",
      "pkcs11:",
      "file://",
      "vault-transit:",
      "vault-transit:t/k?",
    );
    fc.assert(
      fc.property(scheme, fc.string({ unit: "binary" }), (start, rest) => {
        expect(["none", "invalid_argument"]).toContain(codeOf(() => parseSourceUri(start + rest, attribute)));
      }),
      { numRuns: 1000 },
    );
  });

  it("gives back any path and any words that were percent-encoded", () => {
    const word = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), ([command = "", ...args]) => {
        const words = [command, ...args];
        const uri = `exec:${words.map((text) => encodeURIComponent(text)).join(" ")}`;
        expect(placeOf(uri)).toEqual({ kind: "exec", words });
        expect(placeOf(uri.replace("exec:", "wrap:"))).toEqual({ kind: "wrap", words });
        expect(placeOf(`file:./${encodeURIComponent(command)}x`)).toEqual({
          kind: "file",
          path: `./${command}x`,
        });
      }),
    );
  });

  it("gives back any mount and any name of a key that were percent-encoded", () => {
    const segment = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((text) => !/^\.{1,2}$|[/\p{Cc}\p{Cs}]/u.test(text));
    const name = fc.stringMatching(/^\w([\w.-]{0,40}\w)?$/);
    const query = fc.record({ version: fc.integer({ min: 1, max: 999_999_999 }), exported: fc.constant(true) });
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), name, query, (segments, key, asked) => {
        const place = [...segments.map((text) => encodeURIComponent(text)), key].join("/");
        expect(placeOf(`vault-transit:${place}?export=true&version=${asked.version}`)).toEqual({
          kind: "vault-transit",
          mount: segments.join("/"),
          key,
          ...asked,
        });
      }),
    );
  });
});

describe("the kinds of source that are allowed", () => {
  it.each([
    ["file:k", ["file"]],
    ["env:K", ["env", "file"]],
    ["exec:k", undefined],
  ])("%s is taken where %j are allowed", (uri, allowed) => {
    const source = sourceFromUri(uri, { attribute, ...(allowed === undefined ? {} : { allowed }) });
    expect([source.name, source.attribute]).toEqual([uri, attribute]);
  });

  it.each([
    ["exec:k", ["file", "env"], "Allowed are file, env."],
    ["file:k", [], "No kind of source is allowed."],
  ])("%s is refused where %j are allowed", (uri, allowed, words) => {
    const error = thrown(() => sourceFromUri(uri, { attribute, allowed }));
    expect(error).toMatchObject({ code: "source_not_allowed", attribute });
    expect(error.message).toContain(words);
    expect(error.message).toContain("`allowed_material_sources`");
  });

  it("are checked for unknown words", () => {
    expect(parseAllowedSources(["file", "exec"], "allowed_material_sources")).toEqual(["file", "exec"]);
    const error = thrown(() => parseAllowedSources(["files"], "allowed_material_sources"));
    expect(error).toMatchObject({ code: "invalid_argument", attribute: "allowed_material_sources" });
  });

  it("are named without the arguments of a command, which may hold what is not for messages", () => {
    expect(sourceFromUri("exec:/bin/get-key --pin 1234", { attribute }).name).toBe("exec:/bin/get-key");
  });
});
