import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "../../../src/emulator/index";
import { emulator } from "../../support/emulator";
import { type Bindings, differences, ourAnswer, recordedAnswer } from "./match";
import { replayed, replay } from "./steps";

type Recordings = Readonly<Record<string, { readonly "recorded-content": Readonly<Record<string, unknown>> }>>;

const recordings: Recordings = JSON.parse(
  readFileSync(join(__dirname, "../../vectors/aws-kms-recorded/responses.json"), "utf8"),
);

/** Recorded, but not what AWS answers today. */
const leftOut: Readonly<Record<string, string>> = {
  test_rotate_key_on_demand_raises_error_given_key_with_imported_key_material:
    "of March 2025; the recordings of November 2025 rotate imported keys",
};

describe("what real AWS KMS was recorded to answer", () => {
  let kmsEmulator: Emulator;

  beforeAll(async () => {
    kmsEmulator = await emulator({ accountId: "111111111111" });
  });
  afterAll(() => kmsEmulator.close());

  it("is replayed or left out for a reason, all of it", () => {
    const names = Object.keys(recordings);
    expect(names).toHaveLength(57);
    expect([...replayed, ...Object.keys(leftOut)].toSorted()).toEqual(names.toSorted());
  });

  it.each(replayed)("%s", async (name) => {
    const recorded = recordings[name]?.["recorded-content"] ?? {};
    const answers = await replay(kmsEmulator, name);
    expect(Object.keys(answers).toSorted()).toEqual(Object.keys(recorded).toSorted());
    const bindings: Bindings = new Map();
    const found = Object.entries(recorded).flatMap(([step, response]) => {
      const ours = answers[step];
      return differences(recordedAnswer(response), isReply(ours) ? ourAnswer(ours) : ours, bindings, step);
    });
    expect(found).toEqual([]);
  });
});

function isReply(value: unknown): value is Parameters<typeof ourAnswer>[0] {
  return typeof value === "object" && value !== null && "status" in value && "body" in value;
}
