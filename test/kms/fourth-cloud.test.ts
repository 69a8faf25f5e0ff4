import { checkAllowed } from "../../src/engine/key-services";
import { silentLog } from "../../src/engine/log";
import { cloudOfArn, clouds as knownClouds } from "../../src/kms/clouds";
import { type KmsSettings, keyServices } from "../../src/kms/key-services";
import { paperCloud } from "../support/paper-cloud/cloud";
import { VirtualClock } from "../support/virtual-clock";

/** All that it takes. */
const clouds = [...knownClouds, paperCloud];

const arn = "paper:north-wing:key/7";

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

  it("restricted for itself", () => {
    const location = { kms: "paper", region: "north-wing", accountId: undefined, keyId: "7" };
    const allowed = { byKms: { paper: { regions: ["south-wing"] } } };
    expect(() => checkAllowed(location, allowed, "key_arn")).toThrow(
      expect.objectContaining({ code: "region_not_allowed" }),
    );
  });
});
