import { clouds as knownClouds } from "../../src/kms/clouds";
import { HostError, ProviderHost } from "../../src/terraform/plugin/testing/host";
import { byokProvider } from "../../src/terraform/provider";
import { paperCloud } from "../support/paper-cloud/cloud";

const arn = "paper:north-wing:key/7";

describe("a cloud that byok does not know, in a list with the others,", () => {
  const provider = byokProvider([...knownClouds, paperCloud]);

  it("has a block of its settings", () => {
    const { paper, ...others } = provider.schema.blocks;
    expect(Object.keys(others)).toEqual(["aws", "alibaba", "qkms"]);
    expect(paper).toMatchObject({
      nesting: "single",
      description: "How the archive is reached.",
      object: {
        attributes: {
          shelf: { type: { kind: "string" }, options: { optional: true } },
          secret_key: { type: { kind: "string" }, options: { optional: true, sensitive: true } },
          ink: { type: { kind: "string" } },
          is_fireproof: { type: { kind: "bool" } },
          labels: { type: { kind: "map", element: { kind: "string" } } },
          allowed_regions: { type: { kind: "list", element: { kind: "string" } } },
        },
        blocks: {
          clerk: {
            nesting: "single",
            object: {
              attributes: {
                clerk_name: { options: { required: true } },
                working_hours: { type: { kind: "number" } },
                stamps: { type: { kind: "list" } },
              },
            },
          },
          keepers: { nesting: "list" },
        },
      },
    });
    expect(Object.keys(paper?.object.attributes ?? {})).not.toContain("allowed_account_ids");
    expect(Object.keys(paper?.object.blocks ?? {})).toEqual(["clerk", "keepers"]);
  });

  it("has its keys looked up", async () => {
    const host = await ProviderHost.start(provider, {
      paper: {
        secret_key: "sesame",
        ink: "black",
        labels: new Map([["floor", "2"]]),
        clerk: { clerk_name: "Ada", working_hours: 8, stamps: ["received"] },
        keepers: [{ clerk_name: "Bea" }],
      },
    });
    expect(await host.readDataSource("byok_external_key", { key_id: arn })).toMatchObject({
      arn,
      region: "north-wing",
      description: "on shelf north-wing",
      tags: new Map([["colour", "yellow"]]),
    });
  });

  it.each([
    [{ secret_key: "sesame", ink: "red" }, "ink", "must be one of blue, black"],
    [{ secret_key: "sesame", clerk: { clerk_name: "Ada", working_hours: 9 } }, "working_hours", "between 1 and 8"],
    [{ shelf: "north-wing" }, "secret_key", "The archive is locked."],
  ])("is reported there what is wrong with its block: %j", async (paper, attribute, words) => {
    const error: unknown = await ProviderHost.start(provider, { paper }).catch((thrown: unknown) => thrown);
    const found = error instanceof HostError ? error.diagnostics : [];
    expect(found).toHaveLength(1);
    const [{ path = [], detail } = { detail: "" }] = found;
    expect(path.at(0)).toEqual({ attribute: "paper" });
    expect(path.at(-1)).toEqual({ attribute });
    expect(detail).toContain(words);
  });
});
