import { type Fingerprint, parseFingerprint } from "../../src/engine/fingerprint";
import { differentBytes, type Offer, untilWhen } from "../../src/engine/offered-bytes";

const one: Fingerprint = parseFingerprint(`cmac:${"1".repeat(32)}`, "fingerprint");
const two: Fingerprint = parseFingerprint(`cmac:${"2".repeat(32)}`, "fingerprint");
const bytes = (fingerprint: Fingerprint): Offer => ({ kind: "bytes", fingerprint, attribute: "key_material_source" });
const none: Offer = { kind: "none", why: "file:payments.bin does not exist.", attribute: "key_material_source" };
const rotation =
  "Other bytes are another key: data encrypted under this one would stay unreadable. To rotate a symmetric key on AWS, import the new bytes as another key material that `succeeds` this one, and add a key rotation; elsewhere create a second key with them and move to it. To keep this key, give the bytes that it was made with.";

describe("bytes on offer", () => {
  it.each<[string, Offer, Fingerprint | undefined, Fingerprint | undefined]>([
    ["nothing is configured or proved", bytes(one), undefined, undefined],
    ["they are the configured ones", bytes(one), one, undefined],
    ["they are the proved ones", bytes(one), undefined, one],
    ["they are both", bytes(one), one, one],
    ["there are none", none, one, one],
    ["they come later", { kind: "later" }, one, one],
  ])("contradict nothing where %s", (_, offer, configured, proved) => {
    expect(differentBytes(offer, configured, proved)).toBeUndefined();
  });

  it.each<[string, Offer, Fingerprint | undefined, Fingerprint | undefined, string, string]>([
    [
      "than those that the key holds",
      bytes(two),
      undefined,
      one,
      "key_material_source",
      `These are other bytes (${two}) than the key holds (${one}). ${rotation}`,
    ],
    [
      "than the configuration names",
      bytes(two),
      one,
      undefined,
      "key_material_source",
      `These are other bytes (${two}) than \`fingerprint\` names (${one}). Nothing was imported. Give the bytes that it names, or correct \`fingerprint\`.`,
    ],
    [
      "in the configuration than in the key, whatever is on offer",
      none,
      two,
      one,
      "fingerprint",
      `\`fingerprint\` is ${two}, but the key holds ${one}. ${rotation}`,
    ],
  ])("are other bytes %s", (_, offer, configured, proved, attribute, message) => {
    const error = differentBytes(offer, configured, proved);
    expect(error).toMatchObject({ code: "different_material", attribute });
    expect(error?.rawMessage).toBe(message);
  });
});

describe("a plan with bytes that were wrapped elsewhere", () => {
  it("says until when it can be applied, and of other bytes nothing", () => {
    const until = Date.UTC(2027, 0, 2, 3, 4, 5) / 1000;
    expect(untilWhen({ kind: "bytes", fingerprint: one, attribute: "key_material_source", until })).toEqual([
      "The key material was wrapped elsewhere, and this can be applied until 2027-01-02T03:04:05Z.",
    ]);
    expect([bytes(one), none, { kind: "later" } as const].flatMap(untilWhen)).toEqual([]);
  });
});
