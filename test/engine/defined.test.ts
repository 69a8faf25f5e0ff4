import { defined } from "../../src/engine/defined";

describe("an object without what is undefined", () => {
  it("has everything else, null and false too, and is another object", () => {
    const given = { a: 1, b: undefined, c: null, d: false, e: "", f: { g: undefined } };
    const kept = defined(given);
    expect(Object.keys(kept)).toEqual(["a", "c", "d", "e", "f"]);
    expect(kept).toStrictEqual({ a: 1, c: null, d: false, e: "", f: { g: undefined } });
    expect(given).toHaveProperty("b");
  });

  it("fits where a property may be absent and not undefined", () => {
    const [text]: readonly string[] = [];
    const fitting: { readonly text?: string; readonly count: number } = defined({ text, count: 1 });
    expect(fitting).toStrictEqual({ count: 1 });
  });
});
