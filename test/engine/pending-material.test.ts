import { assess } from "../../src/engine/assessment";
import { fingerprintOfRaw } from "../../src/engine/fingerprint";
import type { MaterialCondition } from "../../src/engine/material-condition";
import type { ProvedRecord } from "../../src/engine/material-record";
import {
  isUnused,
  isWaiting,
  noLongerReplaceable,
  noLongerWaiting,
  replaceable,
} from "../../src/engine/pending-material";
import type { Succession } from "../../src/engine/succession";
import { arn, now } from "./paper-run";

const [one, two] = ["1", "2"].map((digit) => digit.repeat(64)) as [string, string];
const living = {
  keyState: "Enabled",
  otherMaterials: [one],
  missingMaterials: [],
  keyDisabled: false,
  materialId: two,
  lifetimePast: false,
  renewalDue: false,
} as const;
const present = (rotation?: "CURRENT" | "NON_CURRENT" | "PENDING_ROTATION"): MaterialCondition => ({
  ...living,
  state: "imported",
  lifetimeDrift: false,
  rotation,
});
const gone = (succession?: Succession): MaterialCondition => ({
  ...living,
  state: "deleted",
  ...(succession === undefined ? {} : { succession }),
});

describe("whether nothing was ever encrypted under material", () => {
  it.each<[boolean, string, MaterialCondition | undefined]>([
    [false, "is not known", undefined],
    [true, "waits for its rotation", present("PENDING_ROTATION")],
    [false, "is the current one", present("CURRENT")],
    [false, "is a former one", present("NON_CURRENT")],
    [false, "is the only one, or may not be listed", present()],
    [false, "has lapsed", gone()],
    [true, "was dropped", gone({ kind: "new" })],
    [true, "was dropped, and other material waits", gone({ kind: "waiting", materialId: one })],
    [true, "was dropped from a replica and its primary", gone({ kind: "awaited", primaryArn: arn })],
    [
      false,
      "was dropped, and stands after none that is current",
      gone({ kind: "broken", current: one, isFormer: true }),
    ],
  ])("%s: it %s", (unused, _what, condition) => {
    expect(isUnused(condition)).toBe(unused);
  });
});

it("is not known to wait before any look, and is told of with what can be done", () => {
  expect([isWaiting(undefined), isWaiting(present("PENDING_ROTATION")), isWaiting(present("CURRENT"))]).toEqual([
    false,
    true,
    false,
  ]);
  const record = { keyArn: arn, verified: false, materialId: two } as const;
  expect(replaceable(noLongerReplaceable(record)).rawMessage).toMatch(
    new RegExp(`${two}.*no longer waits.*set \`deletion_policy\` to delete`),
  );
  expect(noLongerWaiting(record)).toMatchObject({ code: "key_unusable", attribute: "deletion_policy" });
});

it("is told by what it succeeds before its bytes, once it was dropped", () => {
  const [ours, others] = [fingerprintOfRaw(Buffer.alloc(32, 1)), fingerprintOfRaw(Buffer.alloc(32, 2))];
  const record: ProvedRecord = {
    keyArn: arn,
    verified: true,
    fingerprint: ours,
    importedAt: now - 3600,
    lifetime: { kind: "forever" },
    materialId: two,
  };
  const wanted = { keyArn: arn, lifetime: record.lifetime, onDeletion: "reimport", succeeds: one } as const;
  const offer = { kind: "bytes", fingerprint: others, attribute: "key_material_wo" } as const;
  const row = (succession: Succession) => assess({ wanted, record, offer, condition: gone(succession) }).row;
  expect(row({ kind: "broken", current: two, isFormer: true })).toBe("wrong_predecessor");
  expect(row({ kind: "new" })).toBe("different_material");
  // What the same run may bring about is no matter of the bytes.
  expect(row({ kind: "early", current: two })).toBe("different_material");
});
