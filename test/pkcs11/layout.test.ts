import { layoutOf, structLayout, structs } from "../../src/pkcs11/layout";

/** Sizes as C compilers make them from the header of PKCS#11 v2.40, with `#pragma pack(1)` and CK_ULONG of 32 bits on Windows. */
it.each([
  ["info", 88, 72],
  ["tokenInfo", 208, 160],
  ["mechanismInfo", 24, 12],
  ["attribute", 24, 16],
  ["mechanism", 24, 16],
  ["oaepParams", 40, 24],
  ["aesKeyWrapParams", 16, 12],
] as const)("%s has the size that compilers give it", (name, unix, windows) => {
  const bytes = (platform: string): number => structLayout<string>(structs[name], layoutOf(platform)).bytes;
  expect([bytes("linux"), bytes("darwin"), bytes("win32")]).toEqual([unix, unix, windows]);
});

it("places members where compilers do", () => {
  const offsets = (platform: string): readonly number[] => {
    const { at } = structLayout(structs.info, layoutOf(platform));
    return (["manufacturerId", "flags", "libraryDescription", "libraryVersion"] as const).map(at);
  };
  expect(offsets("linux")).toEqual([2, 40, 48, 80]);
  expect(offsets("win32")).toEqual([2, 34, 38, 70]);
  const oaep = structLayout(structs.oaepParams, layoutOf("win32"));
  expect([oaep.at("source"), oaep.at("sourceData"), oaep.at("sourceDataLen")]).toEqual([8, 12, 20]);
});
