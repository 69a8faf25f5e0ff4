import { exportedFrom, publicKeyOf } from "../../../src/material-sources/vault/transit-answers";
import { thrown } from "../../engine/thrown";

const answer = (keys: unknown): Buffer => Buffer.from(JSON.stringify({ data: { name: "payments", keys } }));

describe("the answer to an export", () => {
  it("gives one version, and is wiped", () => {
    const body = answer({ 1: "Zmlyc3Q=", 2: "c2Vjb25k" });
    expect(exportedFrom(body, 2).toString()).toBe("c2Vjb25k");
    expect(body.equals(Buffer.alloc(body.length))).toBe(true);
  });

  it.each([[{ 1: "Zmlyc3Q=" }], [{ 2: 12 }], [{ 2: ["c2Vjb25k"] }], [null], ["c2Vjb25k"]])(
    "is wiped where it cannot be read: %j",
    (keys) => {
      const body = answer(keys);
      expect(thrown(() => exportedFrom(body, 2))).toMatchObject({ code: "untrusted_answer" });
      expect(body.equals(Buffer.alloc(body.length))).toBe(true);
    },
  );
});

it.each([undefined, null, 12, "-----BEGIN PUBLIC KEY-----", {}, { public_key: 1 }, { public_key: "-----BEGIN" }])(
  "no public key is read in %j",
  (told) => {
    expect(publicKeyOf(told)).toBeUndefined();
  },
);
