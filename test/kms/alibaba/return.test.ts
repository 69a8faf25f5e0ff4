import { ensureKey, readKey } from "../../../src/engine/external-key";
import { applyMaterial } from "../../../src/engine/imported-key-material";
import type { WantedKey } from "../../../src/engine/wanted-key";
import { type AlibabaLife, alibabaRegion, startAlibabaLife } from "../../support/alibaba";
import { settings } from "../../support/imported-key";
import { bytesSource, newBytes } from "../../support/life";

const wanted: WantedKey = { kms: "alibaba", region: alibabaRegion, multiRegion: false };

describe("a key of Alibaba Cloud that returns from its deletion", () => {
  let life: AlibabaLife;
  beforeEach(async () => {
    life = await startAlibabaLife();
  });
  afterEach(() => life.close());

  // There a cancellation leaves every key Enabled.
  it.each(["Enabled", "Disabled"] as const)("is %s, as it was", async (was) => {
    const { arn } = (await ensureKey(life.run(), wanted, undefined)).record;
    await applyMaterial(life.run(), settings(arn), bytesSource(newBytes()), undefined);
    const id = arn.split("/").at(-1) ?? "";
    if (was === "Disabled") await life.ask("DisableKey", { KeyId: id });
    const unread = { policy: false, tags: false };
    const known = await readKey(life.run(), arn, undefined, unread);
    await life.ask("ScheduleKeyDeletion", { KeyId: id, PendingWindowInDays: "7" });
    const seen = await readKey(life.run(), arn, known, unread);
    expect(seen).toMatchObject({ state: "PendingDeletion", enabled: was === "Enabled" });
    const { record, error } = await ensureKey(life.run(), wanted, seen);
    expect([record.state, record.toEnable, error]).toEqual([was, undefined, undefined]);
    expect((await readKey(life.run(), arn, record, unread))?.state).toBe(was);
  });
});
