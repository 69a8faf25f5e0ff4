import type { KeyService } from "../../../src/engine/key-service";
import { json, type Script, scriptedServer } from "../aws/scripted-server";
import { against, connected, keyArn, localNow } from "./surroundings";

const tags = (service: KeyService): Promise<unknown> => service.tags(keyArn);
const enable = (service: KeyService): Promise<unknown> => service.setEnabled(keyArn, true);

/** Refuses with a body, dated so many milliseconds off from the local clock. */
const refusing =
  (body: object | string, offMs: number | undefined = 0, status = 400): Script =>
  (_request, response) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    if (offMs === undefined) response.sendDate = false;
    const headers = offMs === undefined ? {} : { Date: new Date(localNow * 1000 + offMs).toUTCString() };
    response.writeHead(status, headers).end(text);
  };

const told = async (...args: Parameters<typeof refusing>) => (await against(refusing(...args), enable)).error;

describe("an error's body", () => {
  it.each<[object, string]>([
    [{ __type: "ValidationException", message: "small" }, "(ValidationException): small"],
    [{ __type: "ValidationException", Message: "large" }, "(ValidationException): large"],
    [{ __type: "ValidationException", Message: "large", message: "small" }, "(ValidationException): large"],
    [{ __type: "ValidationException", Message: 7 }, "(ValidationException)."],
    [{ __type: "a.b#c#ValidationException:http://x:1", message: "m" }, "(ValidationException): m"],
    [{ __type: 7, message: "m" }, "(Unknown): m"],
    [{ message: "m" }, "(Unknown): m"],
    [{}, "(Unknown)."],
  ])("%j is reported as %s", async (body, says) => {
    const error = await told({ ...body });
    expect(error).toMatchObject({ serviceCode: says.includes("Unknown") ? "Unknown" : "ValidationException" });
    expect(String(error)).toContain(
      says.includes("Unknown") ? says : says.replace("(ValidationException)", `kms:EnableKey on ${keyArn}`),
    );
  });

  it("is reported without what could be the bytes of a key", async () => {
    for (const [run, shown] of [
      ["a".repeat(40), "a".repeat(40)],
      ["a".repeat(41), "…"],
      [`${"aB9+/_=-".repeat(5)}x`, "…"],
      [`${"a".repeat(41)} ${"b".repeat(60)}`, "… …"],
      ["ab01".repeat(16), "…"],
    ]) {
      expect(String(await told({ __type: "ValidationException", message: `is ${run}!` }))).toContain(`: is ${shown}!`);
    }
  });

  it.each(["<html>", "[]", '"x"', "null"])("that is %s is judged by its status", async (body) => {
    expect(await told(body, 0, 503)).toMatchObject({ code: "service_unavailable", serviceCode: "Unknown" });
    expect(await told(body, 0, 403)).toMatchObject({ code: "service_refused", serviceCode: "Unknown" });
  });

  it("may come with any status but that of a good answer", async () => {
    for (const status of [201, 400, 404]) {
      expect(await told({ __type: "NotFoundException" }, 0, status)).toMatchObject({ code: "key_not_found" });
    }
  });
});

describe("a signature that is refused", () => {
  const refused = { __type: "NotAuthorizedException", message: "no" };

  it.each([
    // The local clock is 999 ms into its second, and dates have whole ones.
    [5 * 60_000, false],
    [5 * 60_000 + 1_000, true],
    [-5 * 60_000 + 1_000, false],
    [-5 * 60_000, true],
    [0, false],
    [undefined, false],
  ])("may be so for its date, %s ms off: %s", async (off, skewed) => {
    const error = await told(refused, off);
    expect(error).toMatchObject({
      code: "access_denied",
      retry: skewed ? "backoff" : "never",
      serviceCode: "NotAuthorizedException",
      effectUnknown: false,
    });
    expect(String(error)).toContain(
      skewed
        ? "QKMS refused the signature of kms:EnableKey, and the clock of this machine is off by more than 5 minutes: set it right."
        : "NotAuthorizedException): no",
    );
  });

  it("is not what another refusal is, however far the clock is off", async () => {
    const far = 3_600_000;
    expect(await told({ __type: "AccessDeniedException" }, far)).toMatchObject({ retry: "never" });
    expect(await told({ __type: "NotFoundException" }, far)).toMatchObject({ code: "key_not_found" });
  });
});

it("goes on by the KMS's time, as it was told last", async () => {
  const dates: string[] = [];
  const offs: readonly (number | undefined)[] = [3_600_000, undefined, -3_600_000, 0];
  const seen = await against(
    (request, response) => {
      const off = offs[dates.length];
      dates.push(String(request.headers["x-amz-date"]));
      if (off === undefined) response.sendDate = false;
      const headers = off === undefined ? {} : { Date: new Date(localNow * 1000 + off).toUTCString() };
      response.writeHead(200, headers).end("{}");
    },
    async (service) => {
      for (let i = 0; i < 4; i++) await service.tags(keyArn);
    },
  );
  expect(seen.error).toBeUndefined();
  expect(dates).toEqual(["20231114T221320Z", "20231114T231320Z", "20231114T231320Z", "20231114T211320Z"]);
});

it("finds a key by everything but the answer that there is none", async () => {
  const describing = (service: KeyService) => service.describe(keyArn);
  for (const name of ["NotFoundException", "KMSNotFoundException"]) {
    expect((await against(refusing({ __type: name }), describing)).answer?.value).toBeNull();
  }
  expect((await against(refusing({ __type: "ValidationException" }), describing)).error).toMatchObject({
    code: "invalid_argument",
  });
  expect((await against(refusing({ __type: "NotFoundException" }), tags)).error).toMatchObject({
    code: "key_not_found",
  });
});

it("ends a read that is given up, and lets a change run to its answer", async () => {
  const given = async (ask: (service: KeyService, signal: AbortSignal) => Promise<unknown>) => {
    const aborting = new AbortController();
    const script: Script = (_request, response) => {
      aborting.abort();
      setTimeout(() => json(response, {}), 100);
    };
    return (await against(script, (service) => ask(service, aborting.signal))).error;
  };
  expect(await given((service, signal) => service.tags(keyArn, { signal }))).toMatchObject({
    code: "canceled",
    effectUnknown: false,
  });
  expect(await given((service, signal) => service.setEnabled(keyArn, true, { signal }))).toBeUndefined();
});

it("does not read tags without end", async () => {
  const endless: Script = (_request, response) => json(response, { Tags: [], Truncated: true, NextMarker: "more" });
  const { error, requests } = await against(endless, tags);
  expect(error).toMatchObject({
    code: "untrusted_answer",
    rawMessage: expect.stringContaining("The answer to ListResourceTags lacks `NextMarker`"),
  });
  expect(requests).toHaveLength(20);
});

it("says what QKMS lacks, and that keys have no Region", async () => {
  const services = connected({ accessKey: "QA", secretKey: "s", endpoint: "http://127.0.0.1:1" });
  const service = services.service();
  await expect(service.materials(keyArn)).rejects.toMatchObject({
    code: "service_refused",
    rawMessage: `QKMS has no list of key materials, so nothing was asked about ${keyArn}.`,
  });
  await expect(service.replicate({ primaryArn: keyArn, replicaRegion: "x", tags: {} })).rejects.toMatchObject({
    rawMessage: expect.stringContaining("QKMS has no replicas of keys with imported material, so nothing"),
  });
  expect(services.service("")).toBe(service);
  expect(() => services.service("eu-west-1")).toThrow(
    expect.objectContaining({ rawMessage: "`region`: keys of QKMS have no Region. Remove it." }),
  );
  services.destroy();
});

it("is given up after the time for it", async () => {
  await using server = await scriptedServer(() => {});
  const settings = { accessKey: "QA", secretKey: "s", endpoint: server.url };
  const services = connected(settings, { timeouts: { request: 40 } });
  await expect(services.service().tags(keyArn)).rejects.toMatchObject({
    rawMessage: expect.stringContaining("within 0.04 seconds"),
  });
  services.destroy();
});

it("leaves no question where the answer to one cannot be read, only where a change was asked for", async () => {
  const unreadable: Script = (_request, response) => json(response, { KeyMetadata: 7, Policy: 7, Tags: 7, Keys: 7 });
  const asked: readonly ((service: KeyService) => Promise<unknown>)[] = [
    (s) => s.describe(keyArn),
    (s) => s.policy(keyArn),
    (s) => s.tags(keyArn),
    (s) => s.listKeys(undefined),
    (s) => s.callerAccount(),
    (s) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048"),
  ];
  const untrusted = { code: "untrusted_answer", retry: "never" };
  for (const ask of asked) {
    expect((await against(unreadable, ask)).error).toMatchObject({ ...untrusted, effectUnknown: false });
  }
  const endless: Script = (_request, response) => json(response, { Truncated: true, NextMarker: "more" });
  expect((await against(endless, tags)).error).toMatchObject({ ...untrusted, effectUnknown: false });
  const key = { spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} } as const;
  const created = await against(unreadable, (s) => s.create(key));
  expect(created.error).toMatchObject({ ...untrusted, effectUnknown: true });
});

describe("what is wrong with an answer", () => {
  const key = { spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} } as const;
  const parameters = (s: KeyService) => s.importParameters(keyArn, "RSAES_OAEP_SHA_256", "RSA_2048");

  it.each<[string, string, (s: KeyService) => Promise<unknown>, object]>([
    ["DescribeKey", "KeyId", (s) => s.describe(keyArn), {}],
    ["GetKeyPolicy", "Policy", (s) => s.policy(keyArn), {}],
    ["ListResourceTags", "Tags", tags, { Tags: 7 }],
    ["ListResourceTags", "NextMarker", tags, { Truncated: true }],
    ["ListKeys", "Keys", (s) => s.listKeys(undefined), { Keys: 7 }],
    ["ListKeys", "Keys", (s) => s.callerAccount(), { Keys: 7 }],
    ["GetParametersForImport", "KeyId", parameters, {}],
    ["CreateKey", "KeyId", (s) => s.create(key), {}],
    ["ScheduleKeyDeletion", "DeletionDate", (s) => s.scheduleDeletion(keyArn, 7), { DeletionDate: "soon" }],
  ])("to %s is shown by its member: %s", async (operation, member, ask, body) => {
    expect((await against((_request, response) => json(response, body), ask)).error).toMatchObject({
      code: "untrusted_answer",
      rawMessage: expect.stringContaining(`The answer to ${operation} lacks \`${member}\``),
    });
  });

  it("may be its key", async () => {
    const other = { KeyId: keyArn.replace("1234abcd", "00000000") };
    expect((await against((_request, response) => json(response, other), parameters)).error).toMatchObject({
      rawMessage: expect.stringContaining("The answer to GetParametersForImport is about another key"),
    });
  });
});
