import { ByokError } from "../../src/engine/errors";
import type { LogFields } from "../../src/engine/log";
import { keyServices } from "../../src/kms/key-services";
import { requestIdIn } from "../../src/kms/request-log";
import { systemClock } from "../../src/system-clock";
import { emulator } from "../support/emulator";
import { environment } from "../support/environment";

interface Line {
  readonly message: string;
  readonly fields: LogFields | undefined;
}

describe.each([
  ["aws", "eu-central-1", "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
  ["alibaba", "cn-hangzhou", "acs:kms:cn-hangzhou:1234567890123456:key/key-hzz62ee7d1a2b3c4d5e6f"],
  ["qkms", "", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
] as const)("requests to %s", (kms, region, keyArn) => {
  let on: Awaited<ReturnType<typeof emulator>>;
  let lines: Line[];
  beforeEach(async () => {
    on = await emulator();
    lines = [];
  });
  afterEach(() => on.close());

  const service = () => {
    const note = (message: string, fields?: LogFields): void => void lines.push({ message, fields });
    const names = ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"];
    const keys = [...names, "QKMS_ACCESS_KEY_ID", "QKMS_SECRET_ACCESS_KEY"].map((name) => [name, "test"] as const);
    const env = { ...environment({ emulator: on }), ...Object.fromEntries(keys) };
    const settings = { retry: { attempts: 1 } };
    const log = { debug: note, info: note, warn: note };
    return keyServices(settings, { clock: systemClock, log, env }).service(kms, region);
  };
  const requests = () => lines.filter(({ message }) => message === "KMS request").map(({ fields }) => fields);

  it("are logged with their ids, how long they took and how they ended", async () => {
    await service().listKeys(undefined);
    expect(requests()).toContainEqual({
      service: "kms",
      operation: "ListKeys",
      ...(region === "" ? {} : { region }),
      outcome: "ok",
      durationMs: expect.any(Number),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/i),
    });
  });

  it("are logged by the KMS's word for what went wrong, and the error has the id too", async () => {
    const error = await service()
      .tags(keyArn)
      .catch((thrown: unknown) => ByokError.from(thrown));
    const [request] = requests().filter((fields) => fields?.["outcome"] !== "ok");
    expect(request).toMatchObject({
      outcome: expect.stringMatching(/NotFound|InvalidArn/),
      operation: "ListResourceTags",
      requestId: expect.any(String),
    });
    expect(error).toMatchObject({
      requestId: request?.["requestId"],
      message: expect.stringContaining(` Request id: ${String(request?.["requestId"])}.`),
    });
  });

  it("that nobody answers are logged without one", async () => {
    const asking = service();
    on.faults.add({ kind: "drop" });
    await expect(asking.listKeys(undefined)).rejects.toThrow("service_unavailable");
    expect(requests()).toEqual([
      expect.objectContaining({ operation: "ListKeys", outcome: "service_unavailable", requestId: undefined }),
    ]);
  });
});

it.each([["a secret with spaces"], ["0123456789abcdef".repeat(4)], [""], [7], [undefined], [{}]])(
  "%j is no id of a request",
  (text) => {
    expect(requestIdIn(text)).toBeUndefined();
  },
);
