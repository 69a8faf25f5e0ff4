import { fingerprintTag, interruptionTag } from "../../src/engine/delete-first";
import { ByokError } from "../../src/engine/errors";
import { applyMaterial, type MaterialSettings, observeMaterial } from "../../src/engine/imported-key-material";
import type { KeyDescription } from "../../src/engine/key";
import type { MaterialImport } from "../../src/engine/key-service";
import type { KmsProfile } from "../../src/engine/kms-profile";
import type { MaterialRecord } from "../../src/engine/material-record";
import { denied, empty, fingerprint, record, refusal, settings, source, taking } from "./paper-material";
import { type Answers, answered, arn, day, failing, now, paperKey } from "./paper-run";
import { rejected } from "./thrown";

const full = new ByokError("key_unusable", "The key is full.");

describe("where the KMS takes an import into an empty key only", () => {
  const deleteFirst: Partial<KmsProfile> = { reimport: "delete_first", severalMaterials: [] };
  const wanted: MaterialSettings = { ...settings, lifetime: { kind: "until", validTo: now + day } };
  const lifetimeChanged: MaterialRecord = { ...record };

  /** A key that is full until it is emptied, and whose tags are kept. */
  function holding(tags: Record<string, string>, changes: Answers = {}) {
    const state = { empty: false, tags: { ...tags } };
    const paper = taking(paperKey, {
      profile: deleteFirst,
      tags: async () => state.tags,
      tag: async (_, more) => void Object.assign(state.tags, more),
      importMaterial: async () => {
        if (!state.empty) throw full;
        return { value: {}, at: now };
      },
      deleteMaterial: async () => {
        state.empty = true;
      },
      ...changes,
    });
    return { ...paper, state };
  }

  const refused = `Paper KMS takes no import into ${arn} while the key holds material`;
  const unproved: MaterialRecord = { ...record, verified: false };

  it("is told that the material is deleted, and it comes back", async () => {
    const { run, told, asked } = holding({});
    const { record: made } = await applyMaterial(run, wanted, source, lifetimeChanged);
    expect(made.validTo).toBe(now + day);
    expect(told).toEqual([["info", "The key material is deleted, to be imported anew.", { key: arn }]]);
    expect(asked.filter((name) => name === "deleteMaterial")).toHaveLength(1);
  });

  it("is not interrupted where that is forbidden", async () => {
    const { run, asked } = holding({});
    expect(
      await refusal(() => applyMaterial(run, { ...wanted, allowInterruption: false }, source, lifetimeChanged)),
    ).toEqual([
      "import_refused",
      "allow_interruption",
      `${refused}, and \`allow_interruption\` is false: the material would have to be deleted first, and the key could not be used for a moment. Nothing was deleted. Set \`allow_interruption\` to true when such a moment can be borne.`,
    ]);
    expect(asked).not.toContain("deleteMaterial");
  });

  it("is not emptied for bytes that its tag contradicts", async () => {
    const other = "cmac:00000000000000000000000000000000";
    const { run, asked } = holding({ [fingerprintTag]: other });
    expect(await refusal(() => applyMaterial(run, wanted, source, unproved))).toEqual([
      "different_material",
      "key_material_source",
      `${refused}, and its tag ${fingerprintTag} says that this is other material (${other}) than the bytes on offer (${fingerprint}). Nothing was deleted. Bring the very same bytes, or create another key for these.`,
    ]);
    expect(asked).not.toContain("deleteMaterial");
  });

  it("is not emptied where nothing proves the bytes", async () => {
    const { run, asked } = holding({});
    expect(await refusal(() => applyMaterial(run, wanted, source, unproved))).toEqual([
      "import_refused",
      "key_arn",
      `${refused}, and nothing proves which bytes it holds: byok has no record of their import, and the key no tag ${fingerprintTag}. Nothing was deleted. If you know that they are the bytes on offer, give the key the tag ${fingerprintTag} with the value ${fingerprint}, and run again.`,
    ]);
    expect(asked).not.toContain("deleteMaterial");
  });

  it("is not believed to have taken bytes over others, where a reply was lost and the lifetime is the same", async () => {
    const lost = new ByokError("key_unusable", "The key is full.", { effectUnknown: true });
    const { run, state } = holding({}, { importMaterial: failing(lost) });
    expect(await refusal(() => applyMaterial(run, settings, source, unproved))).toMatchObject([
      "import_refused",
      "key_arn",
      expect.stringContaining("nothing proves which bytes it holds"),
    ]);
    expect(state.tags).toEqual({});
  });

  it("is told how to go on where the import after the deletion fails", async () => {
    const wayOut = [
      "key_unusable",
      undefined,
      `The key material of ${arn} was deleted to be imported anew, and the import failed, so the key cannot be used now. Run again with the same bytes and \`on_deletion\` = reimport to bring them back. The key is full.`,
    ];
    const looks = [answered(empty), answered(null), failing(denied)];
    for (const after of looks) {
      let deleted = false;
      const { run } = holding(
        {},
        {
          describe: async () => (deleted ? after() : answered(paperKey)()),
          importMaterial: failing(full),
          deleteMaterial: async () => void (deleted = true),
        },
      );
      expect(await refusal(() => applyMaterial(run, wanted, source, lifetimeChanged))).toEqual(wayOut);
    }
  });

  it.each(["Enabled", "Disabled"] as const)("is not called dead where it is %s again", async (state) => {
    const { run } = holding(
      {},
      { describe: answered({ ...paperKey, state }), importMaterial: failing(full), deleteMaterial: async () => {} },
    );
    const [code, , words] = await refusal(() => applyMaterial(run, wanted, source, lifetimeChanged));
    expect(code).toBe("key_unusable");
    expect(words).toMatch(/holds material again: .* Plan again/);
  });

  describe("where the reply to the deletion was lost for good", () => {
    const lost = new ByokError("service_unavailable", "The connection broke.", { effectUnknown: true });

    it.each([lost, full])("gets its material back all the same: %s", async (error) => {
      const { run, state } = holding(
        {},
        {
          deleteMaterial: async () => {
            state.empty = true;
            throw error;
          },
        },
      );
      const { record: made } = await applyMaterial(run, wanted, source, lifetimeChanged);
      expect(made.validTo).toBe(now + day);
    });

    it("is told that it may be dead where the import fails, too", async () => {
      const state = { asked: 0 };
      const importMaterial = async () => {
        // Over the material, of nothing, and into the key that may be empty.
        throw ++state.asked <= 2 ? full : lost;
      };
      const { run } = holding({}, { deleteMaterial: failing(lost), importMaterial });
      expect(await refusal(() => applyMaterial(run, wanted, source, lifetimeChanged))).toEqual([
        "service_unavailable",
        undefined,
        `The key material of ${arn} was to be deleted to be imported anew, and may be gone, and the import failed, so the key cannot be used now. Run again with the same bytes and \`on_deletion\` = reimport to bring them back. The connection broke.`,
      ]);
    });

    it("is left alone where the deletion was refused", async () => {
      const { run, asked } = holding({}, { deleteMaterial: failing(denied) });
      expect(await refusal(() => applyMaterial(run, wanted, source, lifetimeChanged))).toEqual([
        "access_denied",
        undefined,
        "Refused.",
      ]);
      expect(asked.filter((name) => name === "importMaterial")).toHaveLength(2);
    });
  });

  describe("is emptied only by someone who may import", () => {
    /** The KMS's answers to the imports that come: over the material, of nothing, and into the empty key. */
    const answering = (ofNothing: () => Promise<unknown>) => {
      let sent = 0;
      const imports: MaterialImport[] = [];
      const paper = holding(
        {},
        {
          importMaterial: async (request) => {
            imports.push(request);
            if (++sent === 1) throw full;
            if (sent === 2) await ofNothing();
            return { value: {}, at: now };
          },
        },
      );
      return { ...paper, imports, apply: () => applyMaterial(paper.run, wanted, source, lifetimeChanged) };
    };

    it.each(["key_unusable", "import_refused", "different_material", "invalid_argument", "service_refused"] as const)(
      "which a refusal with %s shows",
      async (code) => {
        const { apply, asked, imports } = answering(failing(new ByokError(code, "Of course not.")));
        await expect(apply()).resolves.toBeDefined();
        expect(asked.filter((name) => name === "deleteMaterial")).toHaveLength(1);
        expect(imports[1]).toEqual({
          keyArn: arn,
          wrappingAlgorithm: "RSAES_OAEP_SHA_256",
          token: Buffer.from("none"),
          wrappedMaterial: Buffer.alloc(256),
        });
      },
    );

    it("which a denial does not", async () => {
      const { apply, asked } = answering(failing(denied));
      expect(await refusal(apply)).toEqual(["access_denied", undefined, "Refused."]);
      expect(asked).not.toContain("deleteMaterial");
    });

    it("of a KMS that does not take an import of nothing", async () => {
      const { apply, asked } = answering(async () => {});
      expect(await refusal(apply)).toEqual([
        "untrusted_answer",
        undefined,
        `Paper KMS took an import of nothing for ${arn}. Nothing was deleted. Check the endpoint and what stands between.`,
      ]);
      expect(asked).not.toContain("deleteMaterial");
    });
  });

  describe("is known to be emptied by byok itself", () => {
    const emptied = (tags: Answers["tags"], known: MaterialRecord | undefined, key: KeyDescription = { ...empty }) => {
      const paper = taking(key, { profile: deleteFirst, ...(tags === undefined ? {} : { tags }) });
      return { ...paper, look: () => observeMaterial(paper.run, arn, known, { kind: "forever" }) };
    };
    const marked: Answers["tags"] = async () => ({ [interruptionTag]: String(now - 30 * day) });

    it("by the mark of the very import that is on record", async () => {
      expect((await emptied(marked, record).look()).condition.interrupted).toBe(true);
      const other = { ...record, importedAt: now - 29 * day };
      expect((await emptied(marked, other).look()).condition).not.toHaveProperty("interrupted");
    });

    it("and is asked only where material is missing before its time", async () => {
      for (const [known, key] of [
        [record, paperKey],
        [undefined, { ...empty, materialId: "aa" }],
        [{ ...record, validTo: now - 1 }, empty],
      ] as const) {
        const { look, asked } = emptied(marked, known, key);
        await look();
        expect(asked).toEqual(["describe"]);
      }
    });

    it("or not, where its tags may not be read, and that is told", async () => {
      const { look, told } = emptied(failing(denied), record);
      expect((await look()).condition.state).toBe("deleted");
      expect(told).toEqual([
        [
          "warn",
          "The tags of the key cannot be read, so it is not known whether byok itself deleted its material.",
          { key: arn },
        ],
      ]);
      const failed = new ByokError("service_unavailable", "Down.");
      await expect(emptied(failing(failed), record).look()).rejects.toBe(failed);
    });
  });

  it("bears a mark of its own deletion where deletions are only reported", async () => {
    const { run, state } = holding({});
    await applyMaterial(run, { ...wanted, onDeletion: "report" }, source, lifetimeChanged);
    expect(state.tags).toEqual({ [interruptionTag]: String(record.importedAt) });
    const plain = holding({});
    await applyMaterial(plain.run, wanted, source, lifetimeChanged);
    expect(plain.state.tags).toEqual({});
  });

  it("bears no mark of a deletion before its first import", async () => {
    const tags: unknown[] = [];
    const { run } = taking(empty, { profile: deleteFirst, tag: async (_, more) => void tags.push(more) });
    await applyMaterial(run, { ...settings, onDeletion: "report" }, source, undefined);
    expect(tags).toEqual([{ [fingerprintTag]: fingerprint }]);
  });

  it("tells where its tags cannot be set", async () => {
    const key = taking(empty, { profile: deleteFirst, tag: failing(denied) });
    await applyMaterial(key.run, settings, source, undefined);
    expect(key.told).toEqual([
      [
        "warn",
        `The tag ${fingerprintTag} cannot be set, so that only the state of this run knows what it says.`,
        { key: arn },
      ],
    ]);
  });

  it("tells where its tags cannot be read", async () => {
    const key = taking(empty, { profile: deleteFirst, tags: failing(denied), tag: async () => {} });
    key.run.memory.wishes.set(arn, true);
    await applyMaterial(key.run, settings, source, undefined);
    expect(key.told).toEqual([["warn", "The tags of the key cannot be read.", { key: arn }]]);
  });

  it("tells where a tag could not be put right", async () => {
    const { run, told } = taking(empty, {
      profile: deleteFirst,
      tag: async () => {},
      untag: failing(denied),
      importMaterial: failing(new ByokError("different_material", "Others.")),
    });
    expect((await rejected(applyMaterial(run, settings, source, undefined))).code).toBe("different_material");
    expect(told).toEqual([
      ["warn", `The tag ${fingerprintTag} of the key could not be put right: Refused.`, { key: arn }],
    ]);
  });
});
