import { tokenFlag } from "../../src/pkcs11/constants";
import { Pkcs11Fault } from "../../src/pkcs11/fault";
import { shown } from "../../src/pkcs11/shown";
import { oneToken, type Token } from "../../src/pkcs11/token";

const token = (label: string, serial: string, more: Partial<Token> = {}): Token => ({
  slot: 0n,
  label,
  serial,
  manufacturer: "Maker",
  model: "M1",
  flags: tokenFlag.tokenInitialized,
  ...more,
});

function faultOf(run: () => unknown): Pkcs11Fault {
  try {
    run();
  } catch (error) {
    if (error instanceof Pkcs11Fault) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

it("finds the one token that fits all that is named", () => {
  const tokens = [token("a", "1"), token("a", "2", { model: "M2" }), token("b", "3")];
  expect(oneToken(tokens, { token: "a", model: "M2" }).serial).toBe("2");
  expect(oneToken(tokens, { serial: "3", manufacturer: "Maker" }).label).toBe("b");
});

it("says what is there where none fits, or several do", () => {
  const tokens = [token("a", "1"), token("a", "2")];
  expect(faultOf(() => oneToken(tokens, { token: "c" }))).toMatchObject({
    code: "token_absent",
    message: 'No token fits the URI. The module shows "a" (serial "1"), "a" (serial "2").',
  });
  expect(faultOf(() => oneToken([], { token: "c" })).message).toContain("shows no token");
  expect(faultOf(() => oneToken(tokens, { token: "a" })).code).toBe("several_tokens");
});

it("shows text of a device without what a terminal acts on", () => {
  expect(shown("Schlüssel 1")).toBe('"Schlüssel 1"');
  expect(shown("\u001b[31mred\n\u202e")).toBe('"?[31mred??"');
  expect(shown("x".repeat(100))).toHaveLength(67);
});
