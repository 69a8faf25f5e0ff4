import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";
import type { KeyService } from "../../src/engine/key-service";
import { silentLog } from "../../src/engine/log";
import { type Run, startRun } from "../../src/engine/run";
import type { Emulator, EmulatorOptions } from "../../src/emulator/index";
import { type KmsSettings, keyServices } from "../../src/kms/key-services";
import { systemClock } from "../../src/system-clock";
import { emulator } from "./emulator";
import { plaintext } from "./life";

/** What came over the wire, unparsed by byok. */
export interface QkmsReply {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
  readonly body: Record<string, unknown>;
  /** The error's name; empty where there is none. */
  readonly error: string;
}

export interface QkmsAsking {
  readonly accessKeyId?: string;
  readonly secret?: string;
  /** Default `/qkms`. */
  readonly path?: string;
  /** Default the same. */
  readonly signedPath?: string;
  /** Default that of the URL. */
  readonly host?: string;
  readonly signedHeaders?: readonly string[];
  /** Replaces what would be sent. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request as a user of QKMS makes it, with a signature of the tests' own: it judges the emulator's. */
export async function askQkms(
  { port }: { readonly port: number },
  operation: string,
  input: unknown = {},
  asking: QkmsAsking = {},
): Promise<QkmsReply> {
  const { accessKeyId = "test", secret = "test", path = "/qkms", host = `127.0.0.1:${port}` } = asking;
  const body = typeof input === "string" ? input : JSON.stringify(input);
  const date = new Date().toISOString().replace(/\.\d+/, "").replace(/[:-]/g, "");
  const unsigned: Record<string, string> = {
    "content-type": "application/x-amz-json-1.1",
    host,
    "x-amz-date": date,
    "x-amz-target": `TrentService.${operation}`,
  };
  const names = asking.signedHeaders ?? Object.keys(unsigned);
  const canonical = [
    `POST\n${asking.signedPath ?? path}\n`,
    ...names.map((name) => `${name}:${unsigned[name] ?? ""}`),
    `\n${names.join(";")}`,
    sha256(body),
  ].join("\n");
  const scope = `${date.slice(0, 8)}/us-east-1/kms/aws4_request`;
  const key = scope.split("/").reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secret}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`).toString("hex");
  const headers = {
    ...unsigned,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
    ...asking.headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method: "POST", headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const { location } = answer.headers;
        const parsed: Record<string, unknown> = text.startsWith("{") ? JSON.parse(text) : {};
        const type = parsed["__type"];
        const error = typeof type === "string" ? type : "";
        resolve({ status: answer.statusCode ?? 0, location, text, body: parsed, error });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export interface RunChanges extends Partial<Pick<Run, "allowed" | "log" | "clock">> {
  readonly watch?: (service: KeyService) => KeyService;
}

/** Runs of the engine against the QKMS side of one emulator, and what a user of QKMS would do beside them. */
export interface QkmsLife {
  readonly kms: Emulator;
  /** A new run: its memory is empty, as in a new process. */
  run(settings?: KmsSettings & RunChanges): Run;
  service(): KeyService;
  /** As somebody else, with credentials of their own. @throws where it is refused */
  ask(operation: string, input: unknown): Promise<Record<string, unknown>>;
  encrypt(keyArn: string): Promise<string>;
  /** The text that `encrypt` took, or the name of the error. */
  decrypt(ciphertext: string): Promise<string>;
  /** Names of the requests that the engine made since the last call. */
  calls(): string[];
  close(): Promise<void>;
}

const user = { accessKeyId: "QUSER", secret: "user" };

export async function startQkmsLife(options: EmulatorOptions = {}): Promise<QkmsLife> {
  const { qkms = {}, ...rest } = options;
  // It stands still, so that no test depends on the second in which it runs.
  const startMs = Date.now();
  const kms = await emulator({
    now: () => startMs,
    ...rest,
    qkms: { credentials: { QENGINE: "engine", QUSER: "user" }, ...qkms },
  });
  const connected: { destroy(): void }[] = [];
  let seen = 0;
  const services = (changes: KmsSettings, watch?: RunChanges["watch"]) => {
    const open = keyServices(
      {
        qkms: { endpoint: kms.qkmsUrl, accessKey: "QENGINE", secretKey: "engine" },
        // Here nobody throttles, so nobody waits.
        importRequestsPerSecond: 1_000,
        retry: { firstPause: 1, longestPause: 1 },
        ...changes,
      },
      { clock: systemClock, log: silentLog, env: {}, ...(watch === undefined ? {} : { watch }) },
    );
    connected.push(open);
    return open;
  };
  const ask = async (operation: string, input: unknown): Promise<Record<string, unknown>> => {
    const { status, body, error } = await askQkms(kms, operation, input, user);
    if (status !== 200) throw new Error(error);
    return body;
  };
  return {
    kms,
    run({ allowed = {}, log = silentLog, clock = systemClock, watch, ...changes } = {}) {
      return startRun({ clock, log, services: services(changes, watch), allowed });
    },
    service: () => services({}).service("qkms", ""),
    ask,
    async encrypt(KeyId) {
      const answer = await ask("Encrypt", { KeyId, Plaintext: Buffer.from(plaintext).toString("base64") });
      return String(answer["CiphertextBlob"]);
    },
    async decrypt(CiphertextBlob) {
      try {
        const answer = await ask("Decrypt", { CiphertextBlob });
        return Buffer.from(String(answer["Plaintext"]), "base64").toString();
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    calls() {
      const all = kms.requests.since(seen).filter(({ accessKeyId }) => accessKeyId !== user.accessKeyId);
      seen = kms.requests.mark();
      return all.map(({ operation }) => operation);
    },
    async close() {
      for (const open of connected) open.destroy();
      await kms.close();
    },
  };
}
