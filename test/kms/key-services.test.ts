import type { Clock } from "../../src/engine/clock";
import type { KeyService } from "../../src/engine/key-service";
import type { Log } from "../../src/engine/log";
import {
  type ConnectedKeyServices,
  type KeyServicesSurroundings,
  type KmsSettings,
  keyServices,
} from "../../src/kms/key-services";
import { json, refusal, type ScriptedServer, scriptedServer } from "./aws/scripted-server";

const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
const awsArn = `arn:aws:kms:eu-central-1:111122223333:key/${keyId}`;
const replicated = "arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab";
const alibabaArn = `acs:kms:cn-hangzhou:1234567890123456:key/${keyId}`;
const qkmsArn = `arn:verenc:111122223333:key/${keyId}`;

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {} };

/** A clock that jumps over every sleep and notes it. */
function jumping(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  let passed = 0;
  return {
    now: () => 1_700_000_000_000 + passed,
    monotonic: () => passed,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      passed += milliseconds;
    },
    slept,
  };
}

let open: ConnectedKeyServices[] = [];
afterEach(() => {
  for (const made of open) made.destroy();
  open = [];
});

function services(settings: KmsSettings = {}, around: Partial<KeyServicesSurroundings> = {}): ConnectedKeyServices {
  // A home without files, so that nothing of the developer's is found.
  const env = { HOME: __dirname, AWS_EC2_METADATA_DISABLED: "true" };
  const made = keyServices(settings, { clock: jumping(), log: silent, env, ...around });
  open.push(made);
  return made;
}

const awsAt = (url: string) => ({ aws: { region: "eu-central-1", accessKey: "A", secretKey: "s", endpoint: url } });

describe("the KMS of a key", () => {
  it("is recognized by the ARN, with what that says of the key", () => {
    const found = services();
    expect(found.locate(awsArn, "key_arn")).toEqual({
      kms: "aws",
      region: "eu-central-1",
      accountId: "111122223333",
      keyId,
    });
    expect(found.locate(alibabaArn, "key_arn")).toEqual({
      kms: "alibaba",
      region: "cn-hangzhou",
      accountId: "1234567890123456",
      keyId,
    });
    expect(found.locate(qkmsArn, "key_arn")).toEqual({ kms: "qkms", region: "", accountId: "111122223333", keyId });
  });

  it.each(["acs:kms:nowhere", "arn:verenc:1:key/", "anything else"])(
    "is refused for what is no ARN, on the argument that it came from: %s",
    (text) => {
      expect(() => services().locate(text, "primary_key_arn")).toThrow(
        expect.objectContaining({ code: "invalid_key_arn", attribute: "primary_key_arn" }),
      );
    },
  );

  it("has multi-Region keys on AWS only", () => {
    const found = services();
    expect(found.arnInRegion(replicated, "eu-west-1")).toBe(replicated.replace("eu-central-1", "eu-west-1"));
    for (const [arn, title] of [
      [alibabaArn, "Alibaba Cloud KMS"],
      [qkmsArn, "QKMS"],
    ] as const) {
      expect(() => found.arnInRegion(arn, "eu-west-1")).toThrow(
        expect.objectContaining({
          code: "invalid_argument",
          attribute: "primary_key_arn",
          rawMessage: `\`primary_key_arn\`: ${title} has no multi-Region keys with imported material, so ${arn} has no replicas. Remove it.`,
        }),
      );
    }
  });
});

describe("the Region that is meant where none is named", () => {
  it("is the configuration's, or what the environment says", () => {
    const env = { HOME: __dirname, AWS_REGION: "eu-west-1", ALIBABA_CLOUD_REGION: "cn-beijing" };
    const found = services({ aws: { region: "us-east-1" } }, { env });
    expect(found.defaultRegion("aws")).toBe("us-east-1");
    expect(found.defaultRegion("alibaba")).toBe("cn-beijing");
    expect(services({}, { env }).defaultRegion("aws")).toBe("eu-west-1");
    expect(services().defaultRegion("aws")).toBeUndefined();
    expect(services({ alibaba: { region: "cn-hangzhou" } }).defaultRegion("alibaba")).toBe("cn-hangzhou");
    expect(services({ qkms: { accessKey: "Q", secretKey: "s" } }).defaultRegion("qkms")).toBe("");
  });

  it("is looked for in this process where no environment is given", () => {
    const before = process.env["AWS_REGION"];
    process.env["AWS_REGION"] = "ap-south-1";
    try {
      const made = keyServices({}, { clock: jumping(), log: silent });
      expect(made.defaultRegion("aws")).toBe("ap-south-1");
      made.destroy();
    } finally {
      if (before === undefined) Reflect.deleteProperty(process.env, "AWS_REGION");
      else process.env["AWS_REGION"] = before;
    }
  });
});

describe("a service", () => {
  it("is one for each KMS and Region", () => {
    const reached = services({
      ...awsAt("http://127.0.0.1:1"),
      alibaba: { accessKey: "L", secretKey: "s" },
      qkms: { accessKey: "Q", secretKey: "s" },
    });
    const made = [
      reached.service("aws", "eu-central-1"),
      reached.service("aws", "eu-west-1"),
      reached.service("alibaba", "cn-hangzhou"),
      reached.service("qkms", ""),
    ];
    expect(new Set(made).size).toBe(4);
    expect(made.map(({ profile, region }) => `${profile.kms} ${region}`)).toEqual([
      "aws eu-central-1",
      "aws eu-west-1",
      "alibaba cn-hangzhou",
      "qkms ",
    ]);
    expect(reached.service("aws", "eu-west-1")).toBe(made[1]);
    expect(reached.service("qkms", "")).toBe(made[3]);
  });

  it("is connected when it is needed, so that settings of another KMS may be wrong", () => {
    const reached = services({ aws: { accessKey: "A" }, alibaba: { accessKey: "L", secretKey: "s" } });
    expect(reached.service("alibaba", "cn-hangzhou").region).toBe("cn-hangzhou");
    expect(() => reached.service("aws", "eu-central-1")).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  it("may be watched below the repetition, once for all who use it", async () => {
    await using server = await scriptedServer((_request, response) => {
      if (server.requests.length === 1) refusal(response, "ThrottlingException");
      else json(response, { Tags: [] });
    });
    let [watched, asked] = [0, 0];
    const watch = (inner: KeyService): KeyService => {
      watched++;
      return {
        ...inner,
        tags: (keyArn, call) => {
          asked++;
          return inner.tags(keyArn, call);
        },
      };
    };
    const reached = services(awsAt(server.url), { watch });
    await reached.service("aws", "eu-central-1").tags(awsArn);
    await reached.service("aws", "eu-central-1").tags(awsArn);
    expect([watched, asked]).toEqual([1, 3]);
  });
});

/** How long requests for import parameters waited for their turn, all together. */
async function paced(
  server: ScriptedServer,
  settings: Partial<KmsSettings>,
  regions: readonly string[],
): Promise<readonly number[]> {
  const clock = jumping();
  const reached = services({ ...awsAt(server.url), ...settings }, { clock });
  for (const region of regions) {
    const keyArn = awsArn.replace("eu-central-1", region);
    await reached.service("aws", region).importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048");
  }
  return clock.slept;
}

describe("requests", () => {
  const parameters = {
    KeyId: awsArn,
    ImportToken: Buffer.from("token").toString("base64"),
    PublicKey: Buffer.from("key").toString("base64"),
  };
  const answering = () => scriptedServer((_request, response) => json(response, parameters));

  it("are paced by the quota that is set, and by the vendor's where none is", async () => {
    await using server = await answering();
    const four = ["eu-central-1", "eu-central-1", "eu-central-1", "eu-central-1"];
    const slow = await paced(server, { importRequestsPerSecond: 0.1 }, four);
    expect(slow.map((wait) => Math.round(wait / 1000))).toEqual([10, 10, 10]);
    expect(await paced(server, { importRequestsPerSecond: 1_000 }, four)).toEqual([]);
    const [usual = 0] = await paced(server, {}, ["eu-central-1", "eu-central-1"]);
    expect(usual).toBeGreaterThan(100);
    expect(usual).toBeLessThan(10_000);
  });

  it("wait only for those of their own Region", async () => {
    await using server = await answering();
    expect(await paced(server, { importRequestsPerSecond: 0.1 }, ["eu-central-1", "eu-west-1"])).toEqual([]);
  });

  it("keep the vendor's other quotas where the one for imports is set", async () => {
    await using server = await scriptedServer((_request, response) => json(response, {}));
    const clock = jumping();
    const reached = services({ ...awsAt(server.url), importRequestsPerSecond: 1_000 }, { clock });
    for (let i = 0; i < 4; i++) await reached.service("aws", "eu-central-1").setEnabled(awsArn, true);
    expect(clock.slept.length).toBeGreaterThan(0);
  });

  it("are repeated as the settings say", async () => {
    await using server = await scriptedServer((_request, response) => refusal(response, "ThrottlingException"));
    const asked = (retry: NonNullable<KmsSettings["retry"]>): Promise<unknown> =>
      services({ ...awsAt(server.url), retry })
        .service("aws", "eu-central-1")
        .tags(awsArn)
        .catch((error: unknown) => error);
    expect(await asked({ attempts: 2 })).toMatchObject({ code: "throttled" });
    const few = server.requests.length;
    expect(few).toBeGreaterThan(1);
    await asked({});
    expect(server.requests.length - few).toBeGreaterThan(few);
  });

  it("are given up after the time that the settings say", async () => {
    await using server = await scriptedServer(() => {});
    const reached = services({ ...awsAt(server.url), timeouts: { request: 40 }, retry: { attempts: 1 } });
    await expect(reached.service("aws", "eu-central-1").tags(awsArn)).rejects.toMatchObject({
      code: "service_unavailable",
      rawMessage: expect.stringContaining("within 0.04 seconds"),
    });
  });
});

it("closes the connections of every KMS that was reached", async () => {
  await using server = await scriptedServer(() => {});
  const reached = services({
    ...awsAt(server.url),
    qkms: { accessKey: "Q", secretKey: "s", endpoint: server.url },
    retry: { attempts: 1 },
  });
  const asked = [
    reached.service("aws", "eu-central-1").setEnabled(awsArn, true),
    reached.service("qkms", "").setEnabled(qkmsArn, true),
  ].map((work) => work.catch((error: unknown) => error));
  while (server.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  const start = performance.now();
  reached.destroy();
  await Promise.all(asked);
  expect(performance.now() - start).toBeLessThan(3_000);
});
