import { openSource } from "../../src/engine/opened-source";
import { emptySource, fingerprint, source } from "./paper-material";

describe("a source", () => {
  it("that is not configured offers nothing, and says how to change that", async () => {
    expect(await openSource(undefined, {})).toEqual({
      offer: {
        kind: "none",
        why: "No key material is given, or what is given is empty. Set `key_material_source` or `key_material_wo`.",
        attribute: "key_material_source",
      },
    });
  });

  it("that has nothing says why, and one that has something gives it", async () => {
    expect((await openSource(emptySource, {})).offer).toEqual({
      kind: "none",
      why: "file:absent.bin does not exist.",
      attribute: "key_material_source",
    });
    const { offer, material } = await openSource(source, {});
    expect(offer).toEqual({ kind: "bytes", fingerprint, attribute: "key_material_source" });
    expect(material?.shape).toEqual({ kind: "raw", bytes: 32 });
    // Bytes that are wrapped when they are needed go into any key at any time.
    const anyGoal = await openSource(source, {}, { keyArn: "arn:any", now: Number.MAX_SAFE_INTEGER });
    expect(anyGoal.offer).toEqual(offer);
  });
});
