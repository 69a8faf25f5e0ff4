import { connectionOf, connectionTable, kmsSettings } from "../../pulumi/provider/connection";
import { object, readArguments } from "../../pulumi/provider/shape";
import { checkAllowed } from "../../src/engine/key-services";
import { silentLog } from "../../src/engine/log";
import { cloudOfArn, clouds as knownClouds } from "../../src/kms/clouds";
import { type KmsSettings, keyServices } from "../../src/kms/key-services";
import { HostError, ProviderHost } from "../../src/terraform/plugin/testing/host";
import { byokProvider } from "../../src/terraform/provider";
import { VirtualClock } from "../support/virtual-clock";
import { paperCloud } from "./paper-cloud/cloud";

/** All that it takes. */
const clouds = [...knownClouds, paperCloud];

const arn = "paper:north-wing:key/7";
const clerk = { clerkName: "Ada", hoursPerDay: 8, stamps: ["received"] };

describe("a cloud that stands in the list is", () => {
  const clock = new VirtualClock(1_700_000_000_000);
  const settings = { paper: { secretKey: "sesame", shelf: "south-wing" } };
  const reached = (given: object) => {
    const all: KmsSettings = { ...given };
    return keyServices(all, { clock, log: silentLog, env: {}, clouds });
  };

  it("told from its ARNs, as the others from theirs", () => {
    expect(reached(settings).locate(arn, "key_arn")).toEqual({
      kms: "paper",
      region: "north-wing",
      accountId: undefined,
      keyId: "7",
    });
    expect(() => reached(settings).locate("paper:nowhere", "primary_key_arn")).toThrow(
      expect.objectContaining({ code: "invalid_key_arn", attribute: "primary_key_arn" }),
    );
    const id = "1234abcd-12ab-34cd-56ef-1234567890ab";
    const arns = [
      `arn:aws:kms:eu-central-1:111122223333:key/${id}`,
      `acs:kms:cn-hangzhou:1234567890123456:key/${id}`,
      `arn:verenc:111122223333:key/${id}`,
      arn,
      "anything else",
    ];
    expect(arns.map((text) => cloudOfArn(text, clouds).name)).toEqual(["aws", "alibaba", "qkms", "paper", "aws"]);
  });

  it("connected with its settings when it is needed, and paced by its profile", async () => {
    const services = reached(settings);
    expect(services.defaultRegion("paper")).toBe("south-wing");
    const service = services.service("paper", "north-wing");
    expect(service.profile).toMatchObject({ kms: "paper", title: "Paper KMS" });
    const began = clock.now();
    await clock.run(Promise.all([1, 2, 3].map(() => service.tags(arn))));
    expect(clock.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(() => reached({}).service("paper", "north-wing")).toThrow(
      expect.objectContaining({ code: "credentials_missing", attribute: "secret_key" }),
    );
    services.destroy();
  });

  it("asked for no replicas where its keys have no ARN in another Region", () => {
    expect(() => reached(settings).arnInRegion(arn, "south-wing")).toThrow(
      "Paper KMS has no multi-Region keys with imported material, so paper:north-wing:key/7 has no replicas.",
    );
  });

  it("unknown where it does not", () => {
    const services = keyServices({}, { clock, log: silentLog, env: {} });
    expect(() => services.service("paper", "north-wing")).toThrow(
      '[invalid_argument] `kms` is "paper". Use one of aws, alibaba, qkms.',
    );
  });
});

describe("in Terraform such a cloud", () => {
  const provider = byokProvider(clouds);

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
  ])("is told there what is wrong with its block: %j", async (paper, attribute, words) => {
    const error: unknown = await ProviderHost.start(provider, { paper }).catch((thrown: unknown) => thrown);
    const found = error instanceof HostError ? error.diagnostics : [];
    expect(found).toHaveLength(1);
    const [{ path = [], detail } = { detail: "" }] = found;
    expect(path.at(0)).toEqual({ attribute: "paper" });
    expect(path.at(-1)).toEqual({ attribute });
    expect(detail).toContain(words);
  });
});

describe("in Pulumi such a cloud", () => {
  const table = connectionTable(clouds);

  it("has an object of its settings, with secrets in the configuration only", () => {
    const configuration = {
      "byok:paper": JSON.stringify({ secretKey: "sesame", shelf: "north-wing", ink: "blue", keepers: [clerk] }),
    };
    const config = { get: (key: string) => Object.entries(configuration).find(([name]) => name === key)?.[1] };
    const { connection, failures } = connectionOf({ paper: { ink: "black", clerk } }, config, table);
    expect(failures).toEqual([]);
    expect(kmsSettings(connection, clouds)).toMatchObject({
      paper: { secretKey: "sesame", shelf: "north-wing", ink: "black", clerk, keepers: [clerk] },
    });
  });

  it("is looked at by the check", () => {
    const connection = {
      paper: { shelf: 5, ink: "red", secretKey: "sesame", clerk: { clerkName: true }, keepers: [{ hoursPerDay: "8" }] },
    };
    const { failures } = readArguments({ connection: object(table.argument) }, { connection });
    expect(failures).toEqual([
      { property: "connection.paper.shelf", reason: "must be text." },
      { property: "connection.paper.ink", reason: "must be one of blue, black." },
      { property: "connection.paper.clerk.clerkName", reason: "must be text." },
      { property: "connection.paper.keepers[0].hoursPerDay", reason: "must be a number." },
      { property: "connection.paper.secretKey", reason: "There is no argument `secretKey`. Remove it." },
    ]);
  });
});

it("restricts which keys may be touched by itself", () => {
  const location = { kms: "paper", region: "north-wing", accountId: undefined, keyId: "7" };
  const allowed = { byKms: { paper: { regions: ["south-wing"] } } };
  expect(() => checkAllowed(location, allowed, "key_arn")).toThrow(
    expect.objectContaining({ code: "region_not_allowed" }),
  );
});
