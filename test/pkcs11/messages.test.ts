import { answerIn, descriptionIn, refusalIn, requestFrom, wrappedIn } from "../../src/pkcs11/messages";

const describeRequest = { byok: 1, verb: "describe", source: "pkcs11:x", refusedBy: ["4711"] };
const fingerprint = `cmac:${"0".repeat(32)}`;
const wrapRequest = {
  ...describeRequest,
  verb: "wrap",
  algorithm: "RSAES_OAEP_SHA_1",
  wrappingKey: "AAAA",
  fingerprint,
};

it("reads what is asked", () => {
  expect(requestFrom(JSON.stringify(describeRequest))).toEqual(describeRequest);
  expect(requestFrom(JSON.stringify(wrapRequest))).toEqual(wrapRequest);
  expect(requestFrom('{"byok":1,"verb":"describe","source":"x"}')?.refusedBy).toEqual([]);
});

it.each([
  ["nothing", ""],
  ["no JSON", "{"],
  ["another version", JSON.stringify({ ...describeRequest, byok: 2 })],
  ["another verb", JSON.stringify({ ...describeRequest, verb: "read" })],
  ["no source", JSON.stringify({ ...describeRequest, source: undefined })],
  ["no strings", JSON.stringify({ ...describeRequest, refusedBy: [1] })],
  ["another algorithm", JSON.stringify({ ...wrapRequest, algorithm: "ROT13" })],
  ["no fingerprint", JSON.stringify({ ...wrapRequest, fingerprint: "cmac:00" })],
])("takes no request for one: %s", (_, text) => {
  expect(requestFrom(text)).toBeUndefined();
});

it("finds the answer among what a module prints", () => {
  const answer = { wrapped: "AAAA" };
  expect(answerIn(`vendor v1\n{"level":"info"}\n${JSON.stringify(answer)}\ngoodbye {}\n`)).toEqual(answer);
  expect(answerIn("vendor v1\n{\n[]\n")).toBeUndefined();
});

it("reads answers, and nothing that is none", () => {
  const description = { fingerprint, algorithms: ["RSAES_OAEP_SHA_1", "NEW"], warnings: ["w"] };
  for (const shape of [
    { kind: "raw", bytes: 32 },
    { kind: "rsa", bits: 4096 },
    { kind: "ec", curve: "secp256k1" },
  ])
    expect(descriptionIn({ ...description, shape })).toEqual({
      ...description,
      shape,
      algorithms: ["RSAES_OAEP_SHA_1"],
    });
  for (const shape of [undefined, { kind: "raw", bytes: 33 }, { kind: "rsa", bits: 1024 }, { kind: "ec", curve: "x" }])
    expect(descriptionIn({ ...description, shape })).toBeUndefined();
  const shape = { kind: "raw", bytes: 32 };
  expect(descriptionIn({ ...description, shape, fingerprint: 1 })).toBeUndefined();
  expect(descriptionIn({ ...description, shape, warnings: undefined })).toBeUndefined();
  expect(wrappedIn({ wrapped: "AAECAw==" })).toEqual(Buffer.from([0, 1, 2, 3]));
  for (const wrapped of [undefined, "", "AAA", "A-_A"]) expect(wrappedIn({ wrapped })).toBeUndefined();
  expect(refusalIn({ error: { code: "pin_incorrect", message: "m", serial: "1" } })?.serial).toBe("1");
  expect(refusalIn({ error: { code: "pin_locked", message: "m" } })).toEqual({ code: "pin_locked", message: "m" });
  for (const error of [undefined, "x", { code: "new", message: "m" }, { code: "refused" }])
    expect(refusalIn({ error })).toBeUndefined();
});
