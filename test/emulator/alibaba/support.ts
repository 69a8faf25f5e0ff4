import { createHash, createHmac, randomUUID } from "node:crypto";
import Kms, * as models from "@alicloud/kms20160120";
import { Config } from "@alicloud/rpc-client";
import type { Emulator, EmulatorOptions } from "../../../src/emulator/index";
import { emulator } from "../../support/emulator";
import { stringToSignV1 } from "../../../src/emulator/alibaba/signature";

export { models };

export const alibabaRegion = "cn-hangzhou";
export const accountId = "1234567890123456";

export function alibabaEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return emulator(options);
}

/** The vendor's own client for Node, which signs by version 1 and sends everything in the query. */
export function officialClient(kms: Emulator, accessKeyId = "test", accessKeySecret = "test"): Kms {
  return new Kms(
    new Config({
      accessKeyId,
      accessKeySecret,
      endpoint: `127.0.0.1:${kms.port}`,
      protocol: "http",
      regionId: alibabaRegion,
    }),
  );
}

/** The code that KMS gave an error; the client spells its own copy otherwise. */
export async function codeOf(sent: Promise<unknown>): Promise<string> {
  try {
    await sent;
  } catch (error) {
    const code = vendorCode(error);
    if (code !== undefined) return code;
    throw error;
  }
  return "ok";
}

/** The code in an error of the official client. */
export function vendorCode(error: unknown): string | undefined {
  const data: unknown = typeof error === "object" && error !== null && "data" in error ? error.data : undefined;
  return typeof data === "object" && data !== null && "Code" in data ? String(data.Code) : undefined;
}

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  // Answers are examined member by member, whatever they are.
  readonly body: Record<string, unknown>;
}

/** One request signed by version 1, as the documentation prints them: everything in the query. */
export async function sendV1(
  kms: Emulator,
  parameters: Readonly<Record<string, string>>,
  changes: {
    readonly secret?: string;
    readonly common?: Readonly<Record<string, string>>;
    readonly method?: string;
  } = {},
): Promise<Reply> {
  const { secret = "test", method = "GET" } = changes;
  const all = new Map(
    Object.entries({
      Format: "JSON",
      Version: "2016-01-20",
      AccessKeyId: "test",
      SignatureMethod: "HMAC-SHA1",
      SignatureVersion: "1.0",
      Timestamp: kms.clock
        .now()
        .toISOString()
        .replace(/\.\d+Z$/, "Z"),
      ...changes.common,
      ...parameters,
    }),
  );
  const signature = createHmac("sha1", `${secret}&`).update(stringToSignV1(method, all)).digest("base64");
  const query = new URLSearchParams([...all, ["Signature", signature]]);
  return replyOf(await fetch(`${kms.url}/?${query.toString()}`, { method }));
}

/** One request signed by version 3, with its parameters in the body. */
export async function sendV3(
  kms: Emulator,
  action: string,
  parameters: Readonly<Record<string, string>> = {},
  changes: {
    readonly secret?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly sentBody?: string;
    readonly unsigned?: readonly string[];
  } = {},
): Promise<Reply> {
  const body = new URLSearchParams(parameters).toString();
  const hash = createHash("sha256").update(body).digest("hex");
  const headers: Record<string, string> = {
    host: new URL(kms.url).host,
    "content-type": "application/x-www-form-urlencoded",
    "x-acs-action": action,
    "x-acs-version": "2016-01-20",
    "x-acs-date": kms.clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z"),
    "x-acs-signature-nonce": randomUUID(),
    "x-acs-content-sha256": hash,
    ...changes.headers,
  };
  const names = Object.keys(headers)
    .filter((name) => changes.unsigned?.includes(name) !== true)
    .toSorted();
  const lines = names.map((name) => `${name}:${headers[name] ?? ""}`);
  const canonical = ["POST", "/", "", ...lines, "", names.join(";"), hash].join("\n");
  const toSign = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
  const signature = createHmac("sha256", changes.secret ?? "test")
    .update(toSign)
    .digest("hex");
  const authorization = `ACS3-HMAC-SHA256 Credential=test,SignedHeaders=${names.join(";")},Signature=${signature}`;
  return replyOf(
    await fetch(kms.url, { method: "POST", headers: { ...headers, authorization }, body: changes.sentBody ?? body }),
  );
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  const body: Record<string, unknown> = type.includes("json") ? JSON.parse(text) : {};
  return { status: response.status, type, text, body };
}
