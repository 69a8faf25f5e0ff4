import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import type { MaterialSourceOptions } from "../../src/material-sources/material-source-options";
import { parseSourceUri, sourceFromUri } from "../../src/material-sources/source-uri";
import { ecKey, pem } from "../engine/private-key-spellings";
import { rejected, thrown } from "../engine/thrown";
import { type ReadSecrets, readSecrets } from "../support/read-secrets";
import { alibabaRefusal, awsRefusal, rawAnswer } from "../support/secret-stores";

const attribute = "key_material_source";
const bytes = Buffer.from(randomBytes(32).map((byte) => byte | 0x80));
const fingerprint = fingerprintOfRaw(bytes);

/** Every form in which the bytes may show up by mistake. */
const canaries = [bytes.toString("hex"), bytes.toString("base64"), bytes.toString("latin1")];

let on: ReadSecrets;
beforeEach(async () => {
  on = await readSecrets();
});
afterEach(async () => {
  if (canaries.some((canary) => on.logged().includes(canary))) throw new Error("The key was logged.");
  await on.close();
});

const sourceOf = (uri: string, more: Partial<MaterialSourceOptions> = {}) =>
  sourceFromUri(uri, { attribute, secrets: on.services.secrets, ...more });

async function opened(uri: string, more: Partial<MaterialSourceOptions> = {}) {
  const material = await sourceOf(uri, more).open();
  const { fingerprint: found, version, warnings } = material;
  material.destroy();
  return { fingerprint: found, version, warnings };
}

async function refusal(uri: string) {
  const error = await rejected(sourceOf(uri).open());
  for (const canary of canaries) expect(String(error.stack)).not.toContain(canary);
  expect(error.attribute).toBe(attribute);
  return error;
}

const json = (members: object): string => JSON.stringify({ user: "payments", ...members });

describe("key material in a store of secrets", () => {
  it.each([
    ["bytes", () => on.stores.putSecret("payments/key", bytes), "secretsmanager:payments/key"],
    [
      "hex",
      () => on.stores.putSecret("payments/key", bytes.toString("hex")),
      "secretsmanager:payments%2Fkey?encoding=hex",
    ],
    [
      "base64 with breaks",
      () => on.stores.putParameter("/key", `${bytes.toString("base64").replace(/(.{20})/g, "$1\r\n")}\n`),
      "ssm:/key",
    ],
    ["bytes on Alibaba Cloud", () => on.stores.putAlibabaSecret("key", bytes), "alibaba-secrets:key"],
    ["text on Alibaba Cloud", () => on.stores.putAlibabaSecret("key", bytes.toString("base64")), "alibaba-secrets:key"],
    [
      "a member",
      () => on.stores.putSecret("key", json({ key: bytes.toString("base64") })),
      "secretsmanager:key?field=key",
    ],
    [
      "a member that is escaped",
      () => on.stores.putSecret("key", `{"a b":"${bytes.toString("hex").replaceAll("a", "\\u0061")}"}`),
      "secretsmanager:key?field=a%20b&encoding=hex&region=eu-west-1",
    ],
    [
      "a member of binary JSON",
      () => on.stores.putSecret("key", Buffer.from(json({ k: bytes.toString("hex") }))),
      "secretsmanager:key?field=k&encoding=hex",
    ],
  ])("is read as %s", async (_what, put, uri) => {
    const version = put();
    expect(await opened(uri, { isFingerprintConfigured: true })).toEqual({ fingerprint, version, warnings: [] });
  });

  it("may be a private key in PEM", async () => {
    on.stores.putSecret("key", json({ key: pem("PRIVATE KEY", ecKey("prime256v1")).toString() }));
    expect((await opened("secretsmanager:key?field=key")).fingerprint).toMatch(/^spki:/);
  });

  it.each([
    ["secretsmanager:key", "version-id", () => on.stores.putSecret("key", bytes)],
    ["ssm:/key", "version", () => on.stores.putParameter("/key", bytes.toString("base64"))],
    ["alibaba-secrets:key", "version-id", () => on.stores.putAlibabaSecret("key", bytes)],
  ])("of %s is warned about where nothing says which it is to be", async (uri, pin, put) => {
    const version = put();
    const { warnings } = await opened(uri);
    expect(warnings).toEqual([
      `\`${uri}\` names no version, so whatever the store holds next is read next. Pin the version, \`?${pin}=${version}\` for the one that was read now, or set \`fingerprint\`.`,
    ]);
    put();
    expect(await opened(`${uri}?${pin}=${version}`)).toEqual({ fingerprint, version, warnings: [] });
    expect(await opened(uri, { isFingerprintConfigured: true })).toMatchObject({ warnings: [] });
  });

  it("is absent where the store has none, denies it, is down or is asked too often", async () => {
    expect(await refusal("ssm:/none")).toMatchObject({
      code: "material_unavailable",
      rawMessage: expect.stringMatching(/^`ssm:\/none`: There is no such parameter in eu-central-1\./),
    });
    on.stores.script(awsRefusal(400, "AccessDeniedException", bytes.toString("hex")));
    expect(await refusal("ssm:/key")).toMatchObject({
      code: "material_unavailable",
      serviceCode: "AccessDeniedException",
    });
    on.stores.script(alibabaRefusal(403, "Forbidden.NoPermission", bytes.toString("hex")));
    expect((await refusal("alibaba-secrets:key")).code).toBe("material_unavailable");
    on.stores.script(awsRefusal(500, "InternalServerError", bytes.toString("hex")), 8);
    expect((await refusal("ssm:/down")).code).toBe("material_unavailable");
    on.stores.script(awsRefusal(400, "ThrottlingException"), 36);
    expect((await refusal("ssm:/busy")).code).toBe("material_unavailable");
    on.stores.putSecret("key", json({ key: "x" }));
    expect(await refusal("secretsmanager:key?field=kye")).toMatchObject({
      code: "material_unavailable",
      rawMessage: expect.stringContaining("It has no member `kye`"),
    });
    on.stores.putSecret("empty", "");
    expect(await refusal("secretsmanager:empty")).toMatchObject({
      code: "material_unavailable",
      rawMessage: /It is empty/,
    });
  });

  it("is absent where no store can be read", async () => {
    expect((await rejected(sourceFromUri("ssm:/key", { attribute }).open())).code).toBe("material_unavailable");
  });

  it.each([
    ["no key", () => "this is no key at all", ""],
    ["a JSON object", () => json({ key: bytes.toString("base64") }), ""],
    ["no JSON object", () => bytes.toString("base64"), "?field=key"],
    ["a member that is no text", () => json({ key: [bytes.toString("hex")] }), "?field=key"],
    ["more than any key has", () => bytes.toString("hex").repeat(1_025), ""],
  ])("is malformed where the secret is %s", async (_what, content, query) => {
    on.stores.putSecret("key", content());
    expect((await refusal(`secretsmanager:key${query}`)).code).toBe("malformed_material");
  });

  it("is not believed to be what an answer gives that is none", async () => {
    on.stores.script(rawAnswer(bytes));
    expect((await refusal("ssm:/key")).code).toBe("untrusted_answer");
  });

  it("is read once for those who want it at the same time, and again for those who come later", async () => {
    on.stores.putSecret("key", bytes);
    const together = await Promise.all([1, 2, 3].map(() => opened("secretsmanager:key")));
    expect(together.map((one) => one.fingerprint)).toEqual([fingerprint, fingerprint, fingerprint]);
    expect(on.stores.requests).toHaveLength(1);
    await opened("secretsmanager:key");
    expect(on.stores.requests).toHaveLength(2);
  });

  it("leaves no bytes behind in the buffers that it was in", async () => {
    const version = on.stores.putSecret("key", json({ key: bytes.toString("base64") }));
    const made = [jest.spyOn(Buffer, "alloc"), jest.spyOn(Buffer, "concat")];
    await opened(`secretsmanager:key?field=key&version-id=${version}`);
    const buffers = made.flatMap(({ mock }) => mock.results.map(({ value }) => value));
    for (const spy of made) spy.mockRestore();
    const isLeft = (value: unknown): boolean =>
      Buffer.isBuffer(value) && canaries.some((canary) => value.toString("latin1").includes(canary.slice(0, 16)));
    expect(buffers.length).toBeGreaterThan(5);
    expect(buffers.filter(isLeft)).toEqual([]);
  });
});

describe("the URI of a secret", () => {
  it("says what is asked for", () => {
    const uri =
      "secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments/key-a1b2c3?version-id=v1&field=a%26b&encoding=pem";
    expect(parseSourceUri(uri, attribute)).toMatchObject({
      kind: "secretsmanager",
      place: {
        name: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments/key-a1b2c3",
        version: "v1",
        field: "a&b",
        encoding: "pem",
      },
    });
    expect(parseSourceUri("ssm:/payments/key?region=us-east-1&version=12", attribute).place).toEqual({
      name: "/payments/key",
      region: "us-east-1",
      version: "12",
    });
    expect(parseSourceUri("alibaba-secrets:acs:kms:cn-hangzhou:123:secret/key", attribute).place).toEqual({
      name: "acs:kms:cn-hangzhou:123:secret/key",
    });
  });

  it.each([
    "secretsmanager:",
    "secretsmanager:?version-id=v1",
    "secretsmanager:pay ments",
    "secretsmanager:payments/../other",
    "secretsmanager:payments/%2e%2e/other",
    "secretsmanager:./payments",
    "secretsmanager:arn:aws:ssm:eu-central-1:111122223333:parameter/x",
    "secretsmanager:arn:aws:secretsmanager:eu-central-1:111122223333:secret:x?region=eu-central-1",
    "secretsmanager:x?version=1",
    "secretsmanager:x?version-id=",
    "secretsmanager:x?version-id=a/b",
    "secretsmanager:x?version-id=a&version-id=a",
    "secretsmanager:x?region=../..",
    "secretsmanager:x?region=example.com",
    "secretsmanager:x?encoding=utf8",
    "secretsmanager:x?field",
    "secretsmanager:x?field=a&",
    "secretsmanager:x?a?b",
    "secretsmanager:x#a",
    "secretsmanager:x%zz",
    "ssm:/x:3",
    "ssm:/x?version=0",
    "ssm:/x?version=latest",
    "ssm:/x?version-id=1",
    "alibaba-secrets:x?version=1",
  ])("is refused at once where it is %s, and not repeated", (uri) => {
    const error = thrown(() => sourceFromUri(uri, { attribute }));
    expect(error).toMatchObject({ code: "invalid_argument", attribute });
  });

  it("is read or refused, whatever it is", () => {
    const part = fc.constantFrom(
      "secretsmanager:",
      "ssm:",
      "alibaba-secrets:",
      "arn:aws:",
      "/",
      "..",
      "?",
      "&",
      "=",
      "%2e",
      "%",
      "version-id",
      "version",
      "region",
      "field",
      "encoding",
      "a",
      "1",
      "\0",
      " ",
    );
    fc.assert(
      fc.property(
        fc.constantFrom("secretsmanager", "ssm", "alibaba-secrets"),
        fc.array(fc.oneof(part, fc.string()), { maxLength: 8 }),
        (scheme, parts) => {
          const uri = `${scheme}:${parts.join("")}`;
          try {
            const { place } = parseSourceUri(uri, attribute);
            expect(Reflect.get(place, "name").split("/")).not.toContain("..");
          } catch (error) {
            expect(error).toMatchObject({ code: "invalid_argument" });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("answers of stores", () => {
  it("give a key or one of the errors that are meant, whatever they are", async () => {
    const piece = fc.constantFrom(
      '{"SecretString":',
      '{"Parameter":{"Value":',
      '"',
      "}",
      "}}",
      "\\u",
      "00",
      "SecretBinary",
      ":",
      ",",
      bytes.toString("base64"),
      bytes.toString("hex"),
      "null",
      "[",
    );
    const codes = [
      "untrusted_answer",
      "malformed_material",
      "material_unavailable",
      "ambiguous_material",
      "wrong_material",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("secretsmanager:key", "ssm:/key?field=a", "alibaba-secrets:key"),
        fc.oneof(
          fc.array(piece, { maxLength: 8 }).map((pieces) => Buffer.from(pieces.join(""))),
          fc.uint8Array({ maxLength: 64 }).map((some) => Buffer.from(some)),
        ),
        fc.constantFrom(200, 400, 403, 404),
        async (uri, body, status) => {
          on.stores.script(rawAnswer(body, status));
          const outcome = await sourceOf(uri)
            .open()
            .catch((error: unknown) => error);
          if (outcome instanceof Error) {
            expect(codes).toContain(Reflect.get(outcome, "code"));
            for (const canary of canaries) expect(String(outcome.stack)).not.toContain(canary);
          } else {
            expect(outcome).toMatchObject({ fingerprint: expect.any(String) });
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
