import {
  announceDeletion,
  announceLeaving,
  announceNeed,
  announceReturn,
  announceTaking,
  concludeTaking,
  isDeletionAnnounced,
  isLeaving,
  isNeeded,
  isReturning,
  isTaken,
} from "../../src/engine/announcements";
import { parseFingerprint } from "../../src/engine/fingerprint";
import { paperRun } from "./paper-run";

const [key, other] = ["arn:one", "arn:two"];
const ours = parseFingerprint(`cmac:${"0".repeat(32)}`, "fingerprint");
const others = parseFingerprint(`cmac:${"f".repeat(32)}`, "fingerprint");

describe.each([
  ["needed", announceNeed, isNeeded],
  ["to be deleted", announceDeletion, isDeletionAnnounced],
])("bytes that a plan announces as %s", (_what, announce, isAnnounced) => {
  it("are so in their key only", () => {
    const { run } = paperRun({});
    announce(run, key, ours);
    expect([isAnnounced(run, key, ours), isAnnounced(run, key, others), isAnnounced(run, other, ours)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("are several, where several plans announce theirs", () => {
    const { run } = paperRun({});
    announce(run, key, ours);
    announce(run, key, others);
    expect([ours, others].map((one) => isAnnounced(run, key, one))).toEqual([true, true]);
  });

  it("may be any where it is not known which, on either side", () => {
    const { run } = paperRun({});
    announce(run, key, undefined);
    expect(isAnnounced(run, key, ours)).toBe(true);
    const { run: second } = paperRun({});
    announce(second, key, ours);
    expect(isAnnounced(second, key, undefined)).toBe(true);
  });
});

it.each([
  ["leaves", announceLeaving, isLeaving],
  ["comes back", announceReturn, isReturning],
  ["is taken over", announceTaking, isTaken],
])("a key that %s is no other key, and none of another run", (_what, announce, isAnnounced) => {
  const { run } = paperRun({});
  announce(run, key);
  expect([isAnnounced(run, key), isAnnounced(run, other), isAnnounced(paperRun({}).run, key)]).toEqual([
    true,
    false,
    false,
  ]);
});

it("a key that was taken over is on record later", () => {
  const { run } = paperRun({});
  announceTaking(run, key);
  concludeTaking(run, key);
  expect(isTaken(run, key)).toBe(false);
});
