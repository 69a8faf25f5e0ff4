import { derChildren, derSequence, derTag, readDer, startsWithTags } from "../../src/engine/der";
import { der, hex } from "./private-key-spellings";

const read = (text: string, offset?: number): unknown[] | null => {
  const value = readDer(hex(text.replaceAll(" ", "")), offset);
  return value === null ? null : [value.tag, value.content.toString("hex"), value.end];
};
const zeros = (count: number): string => "00".repeat(count);

describe("a value in DER", () => {
  it.each<[string, unknown[]]>([
    ["02 01 05", [2, "05", 3]],
    ["02 00", [2, "", 2]],
    ["02 01 05 ff", [2, "05", 3]],
    ["a1 01 05", [0xa1, "05", 3]],
    [`04 7f ${zeros(127)}`, [4, zeros(127), 129]],
    [`04 81 80 ${zeros(128)}`, [4, zeros(128), 131]],
    [`04 81 ff ${zeros(255)}`, [4, zeros(255), 258]],
    [`04 82 0100 ${zeros(256)}`, [4, zeros(256), 260]],
    [`04 82 ffff ${zeros(65_535)}`, [4, zeros(65_535), 65_539]],
  ])("is read, %#", (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each([
    ["nothing", ""],
    ["no length", "02"],
    ["a tag of several bytes", "1f 01 05"],
    ["another tag of several bytes", "bf 01 05"],
    ["too little content", "02 02 05"],
    ["no content at all", "02 01"],
    ["a length without an end", "30 80 00 00"],
    ["a length without an end, and much behind it", `04 80 ${zeros(128)}`],
    ["a longer length than needed", `04 81 7f ${zeros(127)}`],
    ["a much longer length than needed", `04 82 00ff ${zeros(255)}`],
    ["a length of three bytes", `04 83 010000 ${zeros(65_536)}`],
    ["a length that is cut off", "04 82 01"],
    ["a length that is missing", "04 81"],
    ["too little content behind a long length", `04 81 80 ${zeros(127)}`],
  ])("is not read from %s", (_, text) => {
    expect(read(text)).toBeNull();
  });

  it("is read from an offset", () => {
    expect(read("ff 02 01 05", 1)).toEqual([2, "05", 4]);
    expect(read(`ff 04 81 80 ${zeros(128)}`, 1)).toEqual([4, zeros(128), 132]);
    expect(read("02 01 05", 3)).toBeNull();
  });

  it("is a view of the bytes", () => {
    const bytes = hex("020105");
    expect(readDer(bytes)?.content.buffer).toBe(bytes.buffer);
  });
});

describe("values in a row", () => {
  it("are all read, or none", () => {
    expect(derChildren(hex("0201050400"))?.map(({ tag }) => tag)).toEqual([2, 4]);
    expect(derChildren(hex(""))).toEqual([]);
    expect(derChildren(hex("02010504"))).toBeNull();
  });

  it("are the members of one SEQUENCE, and nothing else", () => {
    const members = derSequence(der(derTag.sequence, hex("020105"), hex("0400")));
    expect(members?.map(({ tag }) => tag)).toEqual([derTag.integer, derTag.octetString]);
    expect(derSequence(hex("3000"))).toEqual([]);
    expect(derSequence(hex("300000"))).toBeNull();
    expect(derSequence(hex("3100"))).toBeNull();
    expect(derSequence(hex(""))).toBeNull();
    expect(derSequence(hex("300102"))).toBeNull();
  });

  it("begin with tags in their order", () => {
    const members = derChildren(hex("0201050400")) ?? [];
    expect(startsWithTags(members, [])).toBe(true);
    expect(startsWithTags(members, [2])).toBe(true);
    expect(startsWithTags(members, [2, 4])).toBe(true);
    expect(startsWithTags(members, [4])).toBe(false);
    expect(startsWithTags(members, [2, 3])).toBe(false);
    expect(startsWithTags(members, [2, 4, 2])).toBe(false);
  });

  it("have the tags of X.690", () => {
    expect(derTag).toEqual({ integer: 2, bitString: 3, octetString: 4, objectIdentifier: 6, sequence: 0x30 });
  });
});
