import { ByokError } from "../../src/engine/errors";
import { applyMaterial } from "../../src/engine/imported-key-material";
import type { KeyDescription, MaterialEntry } from "../../src/engine/key";
import type { MaterialImport } from "../../src/engine/key-service";
import { observeMaterial } from "../../src/engine/material-observation";
import { denied, record, settings, source, taking } from "./paper-material";
import { type Answers, answered, arn, now, paperKey } from "./paper-run";
import { rejected } from "./thrown";

const [one, two, three] = ["1", "2", "3"].map((digit) => digit.repeat(64)) as [string, string, string];
const first: MaterialEntry = { materialId: one, imported: true, state: "CURRENT" };
const waiting: MaterialEntry = { materialId: two, imported: true, state: "PENDING_ROTATION" };
const wanted = { ...settings, succeeds: one };
const primaryArn = arn.replace("eu-central-1", "eu-west-1");
const replica: KeyDescription = { ...paperKey, multiRegion: { type: "REPLICA", primaryArn, replicaArns: [arn] } };
/** The material that the KMS is asked for is the one that it answers with. */
const echoed =
  (requests: MaterialImport[]): Required<Answers>["importMaterial"] =>
  async (request) => {
    requests.push(request);
    return { value: { materialId: two }, at: now + 1 };
  };
const different = new ByokError("different_material", "Other bytes.");

describe("material that succeeds another", () => {
  it("is not sent again where nothing shows that it came in", async () => {
    for (const refusal of [new ByokError("key_unusable", "Not now."), denied]) {
      const { run } = taking(paperKey, {
        materials: async () => [first],
        importMaterial: async () => {
          throw refusal;
        },
      });
      expect(await rejected(applyMaterial(run, wanted, source, undefined))).toBe(refusal);
    }
  });

  it("that others brought in meanwhile is compared by the KMS", async () => {
    let lists = 0;
    let sent = 0;
    const { run } = taking(paperKey, {
      materials: async () => (lists++ === 0 ? [first] : [first, waiting]),
      importMaterial: async ({ importType, materialId }) => {
        if (sent++ === 0) throw new ByokError("key_unusable", "Other material waits.", { effectUnknown: true });
        expect([importType, materialId]).toEqual(["existing", two]);
        throw different;
      },
    });
    const error = await rejected(applyMaterial(run, wanted, source, undefined));
    expect(error).toMatchObject({ code: "different_material" });
    expect(error.rawMessage).toContain(`${arn} has other key material (${two}) that waits for a rotation`);
  });

  it("waits for the primary, which a replica need not show", async () => {
    let lists = 0;
    const requests: MaterialImport[] = [];
    const { run, clock } = taking(replica, {
      importMaterial: echoed(requests),
      materials: async (keyArn) => (keyArn === primaryArn && lists++ > 1 ? [first, waiting] : [first]),
    });
    const outcome = await clock.run(applyMaterial(run, wanted, source, undefined));
    expect(requests).toEqual([expect.objectContaining({ importType: "existing", materialId: two })]);
    expect(outcome.record).toMatchObject({ verified: true });
  });

  it("is taken by a replica that shows it, or whose primary was rotated on", async () => {
    let lists = 0;
    const requests: MaterialImport[] = [];
    const shown = taking(replica, {
      importMaterial: echoed(requests),
      materials: async () => (lists++ === 0 ? [first] : [first, waiting]),
    });
    await shown.clock.run(applyMaterial(shown.run, wanted, source, undefined));
    expect(requests).toEqual([expect.objectContaining({ materialId: two })]);
    const on: MaterialEntry[] = [
      { ...first, state: "NON_CURRENT" },
      { ...waiting, state: "CURRENT" },
    ];
    const late = taking(replica, { materials: async (keyArn) => (keyArn === primaryArn ? on : [first]) });
    await late.clock.run(applyMaterial(late.run, wanted, source, undefined));
    expect(late.requests).toEqual([expect.objectContaining({ importType: "existing" })]);
    const others = taking(replica, {
      materials: async () => on,
      importMaterial: async () => {
        throw different;
      },
    });
    expect(await others.clock.run(rejected(applyMaterial(others.run, wanted, source, undefined)))).toMatchObject({
      code: "different_material",
      rawMessage: different.rawMessage,
    });
  });

  it("is an error where the primary may not be asked and the replica does not show it", async () => {
    const { run, clock } = taking(replica, {
      materials: async (keyArn) => {
        if (keyArn === primaryArn) throw denied;
        return [first];
      },
    });
    expect(await clock.run(rejected(applyMaterial(run, wanted, source, undefined)))).toMatchObject({
      code: "primary_not_ready",
      attribute: "succeeds",
    });
    const broken = new ByokError("service_unavailable", "Down.");
    const down = taking(replica, {
      materials: async (keyArn) => {
        if (keyArn === primaryArn) throw broken;
        return [first];
      },
    });
    expect(await down.clock.run(rejected(applyMaterial(down.run, wanted, source, undefined)))).toBe(broken);
  });

  it("stays as it is on record where the materials may not be listed, or do not show a recent import", async () => {
    const ours = { ...record, materialId: two, otherMaterials: [one] };
    const unlisted = taking(
      { ...paperKey, materialId: three },
      {
        materials: async () => {
          throw denied;
        },
      },
    );
    const { condition } = await observeMaterial(unlisted.run, arn, ours, wanted);
    expect(condition.state).toBe("imported");
    const recent = taking(paperKey, { materials: async () => [first] });
    const seen = await observeMaterial(recent.run, arn, { ...ours, importedAt: now - 5 }, wanted);
    expect(seen.condition.state).toBe("imported");
    const old = taking(paperKey, { materials: async () => [first], describe: answered(paperKey) });
    const gone = await observeMaterial(old.run, arn, ours, wanted);
    expect(gone.condition).toMatchObject({ state: "deleted", succession: { kind: "new" } });
  });

  it("that is gone while the key works is missed, whether or not its predecessor is named", async () => {
    const ours = { ...record, materialId: two, otherMaterials: [one] };
    for (const [list, current] of [
      [[first], one],
      [[], "none"],
    ] as const) {
      const { run, requests } = taking(paperKey, { materials: async () => list });
      const { condition } = await observeMaterial(run, arn, ours, settings);
      expect(condition).toMatchObject({ state: "deleted", succession: { kind: "unnamed" } });
      const error = await rejected(applyMaterial(run, settings, source, ours));
      expect(error).toMatchObject({ code: "wrong_predecessor", attribute: "succeeds" });
      expect(error.rawMessage).toContain(`no longer has the key material ${two}`);
      expect(error.rawMessage).toContain(`its current one is ${current}`);
      const reported = { ...settings, onDeletion: "report" } as const;
      const { assessment } = await applyMaterial(run, reported, source, ours);
      expect(assessment).toMatchObject({ row: "deletion_reported", action: "nothing" });
      expect(requests).toEqual([]);
    }
    // A key without material has lost what it needs, and the same bytes come back.
    const dead = taking({ ...paperKey, state: "PendingImport" }, { materials: async () => [first] });
    const { condition } = await observeMaterial(dead.run, arn, ours, settings);
    expect(condition).not.toHaveProperty("succession");
  });
});
