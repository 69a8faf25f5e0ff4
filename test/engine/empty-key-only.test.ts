import { fingerprintTag, importingTag, interruptionTag } from "../../src/engine/delete-first-tags";
import { tellWish } from "../../src/engine/enabled-wish";
import { deadlineAfter } from "../../src/engine/deadline";
import { ByokError } from "../../src/engine/errors";
import { applyMaterial, type MaterialSettings } from "../../src/engine/imported-key-material";
import { observeMaterial } from "../../src/engine/material-observation";
import type { KeyDescription } from "../../src/engine/key";
import type { KeyMaterialSource, OfferedMaterial } from "../../src/engine/key-material-source";
import type { MaterialImport } from "../../src/engine/key-service";
import type { KmsProfile } from "../../src/engine/kms-profile";
import type { AssumedRecord, MaterialRecord } from "../../src/engine/material-record";
import {
  denied,
  empty,
  fingerprint,
  publicKey,
  record,
  refusal,
  settings,
  source,
  taking,
  token,
} from "./paper-material";
import { type Answers, answered, arn, day, failing, now, paperKey } from "./paper-run";
import { rejected } from "./thrown";

const full = new ByokError("key_unusable", "The key is full.");

describe("where the KMS takes an import into an empty key only", () => {
  const deleteFirst: Partial<KmsProfile> = { reimport: "delete_first", severalMaterials: [] };
  const wanted: MaterialSettings = { ...settings, lifetime: { kind: "until", validTo: now + day } };
  const lifetimeChanged: MaterialRecord = { ...record };

  /** A key that is full until it is emptied, and whose tags are kept. */
  function holding(tags: Record<string, string>, changes: Answers = {}) {
    const state: { empty: boolean; tags: Record<string, string> } = { empty: false, tags: { ...tags } };
    const paper = taking(paperKey, {
      profile: deleteFirst,
      tags: async () => state.tags,
      tag: async (_, more) => void Object.assign(state.tags, more),
      untag: async (_, names) => {
        for (const name of names) delete state.tags[name];
      },
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
  /** Verified, and of which bytes is not said: the assessment cannot know that nothing proves them. */
  const nameless: AssumedRecord = { keyArn: arn, verified: true, lifetime: { kind: "forever" } };

  it("is reported that the material is deleted, and it comes back", async () => {
    const { run, told, asked } = holding({});
    const { record: made } = await applyMaterial(run, wanted, source, lifetimeChanged);
    expect(made.validTo).toBe(now + day);
    expect(told).toEqual([["info", "The key material is deleted, to be imported again.", { key: arn }]]);
    expect(asked.filter((name) => name === "deleteMaterial")).toHaveLength(1);
  });

  it("is not interrupted where that is forbidden", async () => {
    const { run, asked } = holding({});
    expect(
      await refusal(() => applyMaterial(run, { ...wanted, allowInterruption: false }, source, lifetimeChanged)),
    ).toEqual([
      "import_refused",
      "allow_interruption",
      `${refused}, and \`allow_interruption\` is false: the material would have to be deleted first, and the key could not be used for a moment. Nothing was deleted. Set \`allow_interruption\` to true if a brief outage is acceptable.`,
    ]);
    expect(asked).not.toContain("deleteMaterial");
  });

  describe("and a device holds the bytes", () => {
    /** A source whose material wraps elsewhere, for which `wrap` stands. */
    const device = (wrap: OfferedMaterial["wrap"]): KeyMaterialSource => ({
      ...source,
      open: async () => {
        const material = await source.open();
        return {
          fingerprint: material.fingerprint,
          shape: material.shape,
          warnings: [],
          algorithms: ["RSAES_OAEP_SHA_256"],
          wrap,
          destroy: () => material.destroy(),
        };
      },
    });

    it("is emptied only once the device has wrapped", async () => {
      const { run, asked } = holding({});
      let wraps = 0;
      await applyMaterial(
        run,
        wanted,
        device(async ({ publicKey: key }) => {
          wraps += 1;
          // For the key of the rehearsal, before the deletion, and for that of the KMS before and after.
          expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
          expect(asked.includes("deleteMaterial")).toBe(wraps > 2);
          return Buffer.alloc(256);
        }),
        lifetimeChanged,
      );
      expect(wraps).toBe(3);
    });

    it("is left alone where the device fails", async () => {
      const { run, asked } = holding({});
      let wraps = 0;
      const absent = device(async () => {
        wraps += 1;
        if (wraps > 1) throw new ByokError("wrapper_refused", "The device is gone.");
        return Buffer.alloc(256);
      });
      expect(await refusal(() => applyMaterial(run, wanted, absent, lifetimeChanged))).toEqual([
        "wrapper_refused",
        undefined,
        "The device is gone.",
      ]);
      expect(asked).not.toContain("deleteMaterial");
    });
  });

  it("is not emptied for bytes that its tag contradicts", async () => {
    const other = "cmac:00000000000000000000000000000000";
    const early = holding({ [fingerprintTag]: other });
    expect(await refusal(() => applyMaterial(early.run, wanted, source, unproved))).toEqual([
      "different_material",
      "key_material_source",
      expect.stringContaining(`than the key holds (${other})`),
    ]);
    expect(early.asked).toEqual(["describe", "tags"]);
    const { run, asked } = holding({ [fingerprintTag]: other });
    expect(await refusal(() => applyMaterial(run, wanted, source, nameless))).toEqual([
      "different_material",
      "key_material_source",
      `${refused}, and its tag ${fingerprintTag} says that this is other material (${other}) than the bytes on offer (${fingerprint}). Nothing was deleted. Bring the very same bytes, or create another key for these.`,
    ]);
    expect(asked).not.toContain("deleteMaterial");
  });

  it("is not emptied where nothing proves the bytes", async () => {
    for (const known of [unproved, undefined]) {
      const { run, asked } = holding({});
      const outcome = await applyMaterial(run, wanted, source, known);
      expect(outcome.assessment).toMatchObject({ row: "not_verified", action: "nothing" });
      expect(asked).toEqual(["describe", "tags"]);
    }
    for (const tags of [{}, { [importingTag]: fingerprint }, { [fingerprintTag]: "hello" }]) {
      const { run, asked } = holding(tags);
      expect(await refusal(() => applyMaterial(run, wanted, source, nameless))).toEqual([
        "material_not_proved",
        "key_arn",
        `${refused}, and nothing proves which bytes it holds: byok has no record of their import, and the key no tag ${fingerprintTag}. Nothing was deleted. If you know that they are the bytes on offer, set the tag ${fingerprintTag} of the key to ${fingerprint}, and run again.`,
      ]);
      expect(asked).not.toContain("deleteMaterial");
    }
  });

  it("is emptied by the proof of its tag, and then says nothing of what was begun", async () => {
    const { run, asked, state } = holding({ [fingerprintTag]: fingerprint, [importingTag]: fingerprint });
    const { record: made } = await applyMaterial(run, wanted, source, undefined);
    expect(made).toMatchObject({ verified: true, fingerprint });
    expect(asked.filter((name) => name === "deleteMaterial")).toHaveLength(1);
    expect(state.tags).toEqual({ [fingerprintTag]: fingerprint });
  });

  it("is not believed to have taken bytes over others, where a reply was lost and the lifetime is the same", async () => {
    const lost = new ByokError("key_unusable", "The key is full.", { effectUnknown: true });
    const { run, state } = holding({}, { importMaterial: failing(lost) });
    expect(await refusal(() => applyMaterial(run, wanted, source, nameless))).toMatchObject([
      "material_not_proved",
      "key_arn",
      expect.stringContaining("nothing proves which bytes it holds"),
    ]);
    expect(state.tags).toEqual({});
  });

  it("is left alone where it is refused for another state than being full", async () => {
    for (const key of [{ ...paperKey, state: "Unavailable" as const }, null]) {
      let looks = 0;
      const { run, asked } = holding(
        {},
        { describe: async () => ({ value: looks++ === 0 ? paperKey : key, at: now }) },
      );
      await expect(applyMaterial(run, wanted, source, lifetimeChanged)).rejects.toBe(full);
      expect(asked).not.toContain("deleteMaterial");
    }
  });

  it("is left alone where it is disabled and refuses for that", async () => {
    const disabled = new ByokError("key_disabled", "The key is disabled.");
    const { run, asked } = holding({}, { importMaterial: failing(disabled) });
    await expect(applyMaterial(run, wanted, source, lifetimeChanged)).rejects.toBe(disabled);
    expect(asked).toEqual(["describe", "tags", "importParameters", "importMaterial"]);
  });

  it("learns how to go on where the import after the deletion fails for as long as the operation may take", async () => {
    const wayOut = [
      "key_unusable",
      undefined,
      `The key material of ${arn} was deleted to be imported again, and the import failed, so the key cannot be used now. Run again with the same bytes and \`on_deletion\` = reimport to bring them back. The key is full.`,
    ];
    const looks = [answered(empty), answered(null), failing(denied)];
    for (const after of looks) {
      let deleted = false;
      const { run, clock } = holding(
        {},
        {
          describe: async () => (deleted ? after() : answered(paperKey)()),
          importMaterial: failing(full),
          deleteMaterial: async () => void (deleted = true),
        },
      );
      expect(await refusal(() => clock.run(applyMaterial(run, wanted, source, lifetimeChanged)))).toEqual(wayOut);
      expect(clock.monotonic()).toBeGreaterThanOrEqual(now * 1000 + 20 * 60_000);
    }
  });

  it("waits as long as `timeouts` says, and a minute at the least", async () => {
    for (const [minutes, least, most] of [
      [40, 40, 41],
      [0.5, 1, 2],
    ] as const) {
      let deleted = false;
      const down = new ByokError("service_unavailable", "Down.");
      const { run, clock } = holding(
        {},
        {
          importMaterial: async () => {
            throw deleted ? down : full;
          },
          deleteMaterial: async () => void (deleted = true),
        },
      );
      const deadline = deadlineAfter(minutes * 60_000, clock);
      const attempt = applyMaterial(run, wanted, source, lifetimeChanged, { deadline });
      expect((await rejected(clock.run(attempt))).code).toBe("service_unavailable");
      const waited = (clock.monotonic() - now * 1000) / 60_000;
      expect(waited).toBeGreaterThanOrEqual(least);
      expect(waited).toBeLessThan(most);
    }
  });

  it.each(["access_denied", "service_unavailable", "throttled", "import_refused", "key_unusable"] as const)(
    "comes back once what refuses its import passes: %s",
    async (code) => {
      const state = { deleted: false, refused: 0 };
      const { run, clock, told } = holding(
        {},
        {
          describe: async () => ({ value: state.deleted ? empty : paperKey, at: now }),
          importMaterial: async () => {
            if (!state.deleted) throw full;
            if (state.refused++ < 5) throw new ByokError(code, "Not now.");
            return { value: {}, at: now };
          },
          deleteMaterial: async () => void (state.deleted = true),
        },
      );
      const { record: made } = await clock.run(applyMaterial(run, wanted, source, lifetimeChanged));
      expect(made.verified).toBe(true);
      expect(told).toContainEqual([
        "warn",
        "The import of deleted key material failed and is repeated. Not now.",
        { key: arn },
      ]);
    },
  );

  it.each(["different_material", "key_pending_deletion", "key_not_found"] as const)(
    "is not waited for where no repetition helps: %s",
    async (code) => {
      let deleted = false;
      const { run } = holding(
        {},
        {
          importMaterial: async () => {
            throw deleted ? new ByokError(code, "Never.") : full;
          },
          deleteMaterial: async () => void (deleted = true),
        },
      );
      expect((await rejected(applyMaterial(run, wanted, source, lifetimeChanged))).code).toBe(code);
    },
  );

  it.each(["Enabled", "Disabled"] as const)("is not called dead where it is %s again", async (state) => {
    const { run, state: after } = holding(
      {},
      { describe: answered({ ...paperKey, state }), importMaterial: failing(full), deleteMaterial: async () => {} },
    );
    const reporting = { ...wanted, onDeletion: "report" } as const;
    const [code, , words] = await refusal(() => applyMaterial(run, reporting, source, lifetimeChanged));
    expect(code).toBe("key_unusable");
    expect(words).toMatch(/holds material again: .* Plan again/);
    // A later deletion by others is none of byok's.
    expect(after.tags).toEqual({});
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

    it("is reported that it may be dead where the import fails, too", async () => {
      const state = { asked: 0 };
      const importMaterial = async () => {
        // Over the material, of nothing, and into the key that may be empty.
        throw ++state.asked <= 2 ? full : lost;
      };
      const { run, clock } = holding({}, { deleteMaterial: failing(lost), importMaterial });
      expect(await refusal(() => clock.run(applyMaterial(run, wanted, source, lifetimeChanged)))).toEqual([
        "service_unavailable",
        undefined,
        `The key material of ${arn} was to be deleted to be imported again, and may be gone, and the import failed, so the key cannot be used now. Run again with the same bytes and \`on_deletion\` = reimport to bring them back. The connection broke.`,
      ]);
    });

    it("is left alone where the deletion was refused", async () => {
      const { run, asked, state } = holding({}, { deleteMaterial: failing(denied) });
      const reporting = { ...wanted, onDeletion: "report" } as const;
      expect(await refusal(() => applyMaterial(run, reporting, source, lifetimeChanged))).toEqual([
        "access_denied",
        undefined,
        "Refused.",
      ]);
      expect(asked.filter((name) => name === "importMaterial")).toHaveLength(2);
      expect(asked).toContain("tag");
      // What was noted for a deletion that was not made would defeat `report` later.
      expect(state.tags).toEqual({});
    });
  });

  describe("is emptied only by someone who may fetch the parameters of an import", () => {
    const asking = (answer: () => Promise<never>) => {
      let sent = 0;
      const paper = holding(
        {},
        { importParameters: async () => (++sent === 2 ? answer() : answered({ keyArn: arn, publicKey, token })()) },
      );
      return { ...paper, apply: () => applyMaterial(paper.run, wanted, source, lifetimeChanged) };
    };

    it("which is asked again right before the deletion", async () => {
      const { apply, asked } = asking(failing(denied));
      await expect(apply()).rejects.toBe(denied);
      expect(asked.slice(1)).toEqual(["tags", "importParameters", "importMaterial", "describe", "importParameters"]);
    });

    it.each(["key_unusable", "service_refused"] as const)("which a refusal with %s shows", async (code) => {
      const { apply, asked } = asking(failing(new ByokError(code, "Of course not.")));
      await expect(apply()).resolves.toMatchObject({ record: { verified: true } });
      expect(asked).toContain("deleteMaterial");
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
        `Paper KMS took an import of nothing for ${arn}. Nothing was deleted. Check the endpoint and any proxy in between.`,
      ]);
      expect(asked).not.toContain("deleteMaterial");
    });
  });

  describe("is known to be emptied by byok itself", () => {
    const emptied = (tags: Answers["tags"], known: MaterialRecord | undefined, key: KeyDescription = { ...empty }) => {
      const paper = taking(key, { profile: deleteFirst, ...(tags === undefined ? {} : { tags }) });
      return { ...paper, look: () => observeMaterial(paper.run, arn, known, { lifetime: { kind: "forever" } }) };
    };
    const marked: Answers["tags"] = async () => ({ [interruptionTag]: String(now - 30 * day) });

    it("by the mark of the very import that is on record", async () => {
      expect((await emptied(marked, record).look()).condition).toMatchObject({ interrupted: true });
      const other = { ...record, importedAt: now - 29 * day };
      expect((await emptied(marked, other).look()).condition).not.toHaveProperty("interrupted");
    });

    it("and is asked only where material on record is missing before its time", async () => {
      for (const [known, key, calls] of [
        [record, paperKey, ["describe"]],
        [undefined, { ...empty, materialId: "aa" }, ["describe"]],
        [{ ...record, validTo: now - 1 }, empty, ["describe"]],
        [{ ...record, validTo: now + 1 }, empty, ["describe", "tags"]],
      ] as const) {
        const { look, asked } = emptied(marked, known, key);
        await look();
        expect(asked).toEqual(calls);
      }
    });

    it("or not, where its tags may not be read, and that is reported", async () => {
      const { look, told } = emptied(failing(denied), record);
      expect((await look()).condition.state).toBe("deleted");
      expect(told).toEqual([
        ["warn", "The tags of the key cannot be read, so what byok noted in them is not known here.", { key: arn }],
      ]);
      const failed = new ByokError("service_unavailable", "Down.");
      await expect(emptied(failing(failed), record).look()).rejects.toBe(failed);
    });
  });

  it("bears a mark of its own deletion where deletions are only reported, until the material is back", async () => {
    const marks: unknown[] = [];
    const note = (state: { tags: Record<string, string> }) => void marks.push({ ...state.tags });
    for (const onDeletion of ["report", "reimport"] as const) {
      const paper = holding({});
      const service = paper.run.services.service("aws", "");
      const run = {
        ...paper.run,
        services: {
          ...paper.run.services,
          service: () =>
            new Proxy(service, {
              get(target, name) {
                if (name === "deleteMaterial") note(paper.state);
                return Reflect.get(target, name);
              },
            }),
        },
      };
      await applyMaterial(run, { ...wanted, onDeletion }, source, lifetimeChanged);
      expect(paper.state.tags).toEqual({});
    }
    expect(marks).toEqual([{ [interruptionTag]: String(record.importedAt) }, {}]);
  });

  it("bears no mark of a deletion before its first import, and its fingerprint only after it", async () => {
    const tags: unknown[] = [];
    const { run, asked } = taking(empty, {
      profile: deleteFirst,
      tag: async (_, more) => void tags.push(more),
      untag: async (_, gone) => void tags.push(gone),
    });
    await applyMaterial(run, { ...settings, onDeletion: "report" }, source, undefined);
    expect(tags).toEqual([{ [importingTag]: fingerprint }, { [fingerprintTag]: fingerprint }, [importingTag]]);
    expect(asked).toEqual(["describe", "tags", "tag", "importParameters", "importMaterial", "tag", "untag"]);
  });

  it("tells where its tags cannot be set", async () => {
    const key = taking(empty, { profile: deleteFirst, tag: failing(denied) });
    await applyMaterial(key.run, settings, source, undefined);
    expect(key.told).toEqual([
      [
        "warn",
        `The tag ${importingTag} cannot be set, so that only the state of this run knows what it says.`,
        { key: arn },
      ],
      ["warn", `The tag ${fingerprintTag} of the key could not be put right. Refused.`, { key: arn }],
    ]);
  });

  it("takes back what may have been noted, where the KMS fails on it and nothing is imported", async () => {
    const down = new ByokError("service_unavailable", "Down.", { effectUnknown: true });
    const gone: unknown[] = [];
    const { run, requests } = taking(empty, {
      profile: deleteFirst,
      tag: failing(down),
      untag: async (_, names) => void gone.push(names),
    });
    await expect(applyMaterial(run, settings, source, undefined)).rejects.toBe(down);
    expect(gone).toEqual([[importingTag]]);
    expect(requests).toEqual([]);
  });

  it("keeps the note of an import whose end is not known", async () => {
    const down = new ByokError("service_unavailable", "Down.", { effectUnknown: true });
    const { run, asked } = taking(empty, {
      profile: deleteFirst,
      tag: async () => {},
      importMaterial: failing(down),
    });
    await expect(applyMaterial(run, settings, source, undefined)).rejects.toBe(down);
    expect(asked).not.toContain("untag");
  });

  it("tells where its tags cannot be read", async () => {
    const key = taking(empty, {
      profile: deleteFirst,
      tags: failing(denied),
      tag: async () => {},
      untag: async () => {},
    });
    tellWish(key.run, arn, true);
    await applyMaterial(key.run, settings, source, undefined);
    expect(key.told).toEqual([
      ["warn", "The tags of the key cannot be read, so what byok noted in them is not known here.", { key: arn }],
    ]);
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
      ["warn", `The tag ${importingTag} of the key could not be put right. Refused.`, { key: arn }],
    ]);
  });
});
