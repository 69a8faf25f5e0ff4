import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { fingerprintOfRaw } from "../../../src/engine/fingerprint";
import { silentLog } from "../../../src/engine/log";
import { type ConnectedKeyServices, keyServices } from "../../../src/kms/key-services";
import { sourceFromUri } from "../../../src/material-sources/source-uri";
import { systemClock } from "../../../src/system-clock";
import { rejected } from "../../engine/thrown";

const run = promisify(execFile);
/** A Python with `boto3` and `moto[server]`. */
const python = process.env["BYOK_PYTHON"] ?? "python3";

// Another program starts here, on a machine that may be busy.
jest.setTimeout(180_000);

interface Put {
  readonly url: string;
  readonly arn: string;
  readonly first: string;
  readonly second: string;
  readonly one: string;
  readonly two: string;
}

const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const [fingerprint, ofOther] = [fingerprintOfRaw(key), fingerprintOfRaw(Buffer.from(key.toReversed()))];

describe("secrets that AWS's client for Python has put into moto", () => {
  let missing: string | undefined;
  let server: ChildProcess | undefined;
  let services: ConnectedKeyServices | undefined;
  let put: Put;
  beforeAll(async () => {
    missing = await run(python, ["-c", "import boto3, moto.server"]).then(
      () => undefined,
      (error: Error) => error.message.trim().split("\n").at(-1),
    );
    if (missing !== undefined) {
      process.stdout.write(`moto: its secrets were not read (${missing})\n`);
      return;
    }
    server = spawn(python, [join(__dirname, "put.py")], { stdio: ["pipe", "pipe", "ignore"] });
    if (server.stdout === null) throw new Error("moto has no output.");
    const [line]: string[] = await once(createInterface(server.stdout), "line");
    put = JSON.parse(line ?? "");
    const { url } = put;
    services = keyServices(
      {
        aws: {
          region: "eu-central-1",
          accessKey: "test",
          secretKey: "test",
          secretsmanagerEndpoint: url,
          ssmEndpoint: url,
        },
      },
      { clock: systemClock, log: silentLog, env: {} },
    );
  });
  afterAll(async () => {
    services?.destroy();
    if (server === undefined) return;
    const end = once(server, "close");
    server.stdin?.end();
    await end;
  });

  const open = async (uri: string) => {
    const source = sourceFromUri(uri, {
      attribute: "key_material_source",
      ...(services === undefined ? {} : { secrets: services.secrets }),
    });
    const material = await source.open();
    material.destroy();
    return { fingerprint: material.fingerprint, version: material.version };
  };

  it("are read as bytes, text and members, by name, ARN, version and Region", async () => {
    if (missing !== undefined) return expect(missing).not.toBe("");
    const { arn, first, second, one, two } = put;
    const other = { fingerprint: ofOther, version: second };
    expect(await open("secretsmanager:payments/key?field=key")).toEqual(other);
    expect(await open(`secretsmanager:${arn}?field=key`)).toEqual(other);
    expect(await open(`secretsmanager:payments/key?version-id=${first}&encoding=raw`)).toEqual({
      fingerprint,
      version: first,
    });
    expect(await open("secretsmanager:text?encoding=hex")).toMatchObject({ fingerprint });
    expect(await open("secretsmanager:elsewhere?region=us-west-2&encoding=raw")).toMatchObject({ fingerprint });
    expect(await open("ssm:/payments/key?encoding=hex")).toEqual({ fingerprint: ofOther, version: two });
    expect(await open(`ssm:/payments/key?version=${one}&encoding=hex`)).toEqual({ fingerprint, version: one });
  });

  it.each([
    ["secretsmanager:none", /no such secret in eu-central-1/],
    ["secretsmanager:elsewhere", /no such secret in eu-central-1/],
    ["secretsmanager:payments/key?version-id=11111111-2222-3333-4444-555555555555", /no such version/],
    ["secretsmanager:deleted", /scheduled for deletion/],
    ["ssm:/none", /no such parameter/],
    ["ssm:/payments/key?version=9", /no such version/],
  ])("are absent where moto has none: %s", async (uri, words) => {
    if (missing !== undefined) return expect(missing).not.toBe("");
    expect(await rejected(open(uri))).toMatchObject({
      code: "material_unavailable",
      rawMessage: expect.stringMatching(words),
    });
  });
});
