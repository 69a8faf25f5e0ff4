import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The credentials that the stores know, of both clouds. */
export const storeKeyId = "AKIAENGINE";
export const storeSecretKey = "engine";

/** A request as a store saw it. */
export interface StoreRequest {
  /** `secretsmanager.GetSecretValue`, `AmazonSSM.GetParameter`, `GetSecretValue` of Alibaba Cloud. */
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Of the signature; empty on Alibaba Cloud, where no signature has one. */
  readonly region: string;
  readonly headers: IncomingHttpHeaders;
}

/** An answer in place of the store's own. */
export type Script = (response: ServerResponse, request: StoreRequest) => void;

/** Secrets Manager, the Parameter Store and Alibaba Cloud's secrets on one port, as they are documented. */
export interface StandInStores extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly StoreRequest[];
  /** A new version of a secret of Secrets Manager. @returns its id. */
  putSecret(name: string, content: Buffer | string): string;
  /** Schedules a secret of Secrets Manager, or of Alibaba Cloud, for deletion. */
  deleteSecret(name: string): void;
  /** A new version of a parameter. @returns its number. */
  putParameter(name: string, text: string): string;
  /** A new version of a secret of Alibaba Cloud. @returns its id. */
  putAlibabaSecret(name: string, content: Buffer | string): string;
  /** The next requests, so many of them, are answered so. */
  script(answer: Script, times?: number): void;
}

interface Versions {
  readonly all: Map<string, Buffer | string>;
  current: string;
  deleted: boolean;
}

interface Refusal {
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

type Answer = Readonly<Record<string, unknown>> | Refusal;

export async function standInStores(): Promise<StandInStores> {
  const [secrets, parameters, alibaba] = [0, 1, 2].map(() => new Map<string, Versions>());
  if (secrets === undefined || parameters === undefined || alibaba === undefined) throw new Error("unreachable");
  const requests: StoreRequest[] = [];
  const scripts: Script[] = [];
  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on("data", (piece: Buffer) => pieces.push(piece));
    incoming.on("end", () => {
      const body = Buffer.concat(pieces).toString();
      const { headers } = incoming;
      const isAlibaba = headers["x-acs-action"] !== undefined;
      const signed = isAlibaba ? acs3(headers, body) : sigV4(headers, body);
      const request: StoreRequest = {
        operation: String(headers["x-acs-action"] ?? headers["x-amz-target"]),
        parameters: isAlibaba ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body),
        region: "region" in signed ? String(signed.region) : "",
        headers,
      };
      requests.push(request);
      const script = scripts.shift();
      if (script !== undefined) return script(response, request);
      const answer = "status" in signed ? signed : answerTo(request, { secrets, parameters, alibaba });
      if (isAlibaba) sendAlibaba(response, answer);
      else sendAws(response, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    putSecret: (name, content) => put(secrets, name, content, randomUUID()),
    deleteSecret(name) {
      for (const all of [secrets, alibaba]) {
        const found = all.get(name);
        if (found !== undefined) found.deleted = true;
      }
    },
    putParameter: (name, text) => put(parameters, name, text, String((parameters.get(name)?.all.size ?? 0) + 1)),
    putAlibabaSecret: (name, content) => put(alibaba, name, content, randomBytes(16).toString("hex")),
    script(answer, times = 1) {
      for (let left = times; left > 0; left--) scripts.push(answer);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A script that refuses as AWS does. */
export function awsRefusal(status: number, name: string, message = "Some words of the store's."): Script {
  return (response) => sendAws(response, { status, name, message });
}

/** A script that refuses as Alibaba Cloud does. */
export function alibabaRefusal(status: number, name: string, message = "Some words of the store's."): Script {
  return (response) => sendAlibaba(response, { status, name, message });
}

/** A script that answers with these bytes, whatever was asked. */
export function rawAnswer(body: Buffer | string, status = 200): Script {
  return (response) => response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(body);
}

function put(all: Map<string, Versions>, name: string, content: Buffer | string, version: string): string {
  const versions = all.get(name) ?? { all: new Map(), current: version, deleted: false };
  versions.all.set(version, content);
  versions.current = version;
  all.set(name, versions);
  return version;
}

function answerTo(
  { operation, parameters: asked }: StoreRequest,
  stores: Readonly<Record<"secrets" | "parameters" | "alibaba", ReadonlyMap<string, Versions>>>,
): Answer {
  const text = (name: string): string => {
    const value = asked[name];
    return typeof value === "string" ? value : "";
  };
  switch (operation) {
    case "secretsmanager.GetSecretValue": {
      const versions = stores.secrets.get(nameIn(text("SecretId")));
      const version = text("VersionId") || (versions?.current ?? "");
      const content = versions?.all.get(version);
      if (versions?.deleted === true) {
        return refused(
          400,
          "InvalidRequestException",
          "You can't perform this operation on the secret because it was marked for deletion.",
        );
      }
      if (content === undefined) {
        return refused(
          400,
          "ResourceNotFoundException",
          `Secrets Manager can't find the specified secret value for VersionId: ${version}`,
        );
      }
      return {
        ARN: `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${nameIn(text("SecretId"))}-a1b2c3`,
        Name: nameIn(text("SecretId")),
        VersionId: version,
        ...(typeof content === "string" ? { SecretString: content } : { SecretBinary: content.toString("base64") }),
        VersionStages: ["AWSCURRENT"],
        CreatedDate: 1_767_225_600.123,
      };
    }
    case "AmazonSSM.GetParameter": {
      const [, name = "", pinned] = /^(.*?)(?::(\d+))?$/.exec(text("Name").replace(/^arn:.*:parameter/, "")) ?? [];
      if (asked["WithDecryption"] !== true)
        return refused(400, "ValidationException", "This stand-in wants decryption.");
      const versions = stores.parameters.get(name);
      if (versions === undefined) return refused(400, "ParameterNotFound", "");
      const version = pinned ?? versions.current;
      const content = versions.all.get(version);
      if (content === undefined) {
        return refused(
          400,
          "ParameterVersionNotFound",
          `Systems Manager could not find version ${version} of ${name}.`,
        );
      }
      return {
        Parameter: {
          ARN: `arn:aws:ssm:eu-central-1:111122223333:parameter${name}`,
          DataType: "text",
          LastModifiedDate: 1_767_225_600.5,
          Name: name,
          Type: "SecureString",
          Value: content,
          Version: Number(version),
        },
      };
    }
    case "GetSecretValue": {
      const name = text("SecretName").replace(/^acs:.*:secret\//, "");
      const versions = stores.alibaba.get(name);
      const version = text("VersionId") || (versions?.current ?? "");
      const content = versions?.all.get(version);
      if (versions?.deleted === true) return refused(409, "Rejected.PendingDeletion", "The secret is deleted.");
      if (content === undefined) return refused(404, "Forbidden.ResourceNotFound", "Resource not found.");
      return {
        SecretName: name,
        SecretType: "Generic",
        SecretDataType: typeof content === "string" ? "text" : "binary",
        SecretData: typeof content === "string" ? content : content.toString("base64"),
        VersionId: version,
        VersionStages: { VersionStage: ["ACSCurrent"] },
        CreateTime: "2026-01-01T00:00:00Z",
        RequestId: randomUUID(),
      };
    }
    default:
      return refused(400, "UnknownOperationException", "");
  }
}

function nameIn(id: string): string {
  return id
    .replace(/^arn:.*:secret:/, "")
    .replace(/(?<=^.+)-[A-Za-z0-9]{6}$/, (suffix) => (id.startsWith("arn:") ? "" : suffix));
}

function refused(status: number, name: string, message: string): Refusal {
  return { status, name, message };
}

function isRefusal(answer: Answer): answer is Refusal {
  return typeof answer["status"] === "number";
}

function sendAws(response: ServerResponse, answer: Answer): void {
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() };
  if (!isRefusal(answer)) return void response.writeHead(200, headers).end(JSON.stringify(answer));
  const { status, name, message } = answer;
  response.writeHead(status, headers).end(JSON.stringify({ __type: name, message }));
}

function sendAlibaba(response: ServerResponse, answer: Answer): void {
  const headers = { "content-type": "application/json;charset=utf-8" };
  if (!isRefusal(answer)) return void response.writeHead(200, headers).end(JSON.stringify(answer));
  const { status, name, message } = answer;
  const body = { HttpStatus: status, Code: name, Message: message, RequestId: randomUUID() };
  response.writeHead(status, headers).end(JSON.stringify(body));
}

/** Judges a signature of AWS's version 4, by AWS's description of it. */
function sigV4(headers: IncomingHttpHeaders, body: string): { readonly region: string } | Refusal {
  const [, keyId, day = "", region = "", service = "", names = "", signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    ) ?? [];
  const target = String(headers["x-amz-target"]).startsWith("AmazonSSM.") ? "ssm" : "secretsmanager";
  if (keyId !== storeKeyId) return refused(400, "UnrecognizedClientException", "The security token is invalid.");
  const lines = names.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = ["POST", "/", "", lines.join(""), names, hash(body)].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hash(canonical)].join("\n");
  const key = [day, region, service, "aws4_request"].reduce(hmac, Buffer.from(`AWS4${storeSecretKey}`));
  const covers = ["host", "x-amz-date", "x-amz-target"].every((name) => names.split(";").includes(name));
  if (service === target && covers && hmac(key, text).toString("hex") === signature) return { region };
  return refused(400, "InvalidSignatureException", "The request signature we calculated does not match.");
}

/** Judges a signature of Alibaba Cloud's version 3. */
function acs3(headers: IncomingHttpHeaders, body: string): Refusal | object {
  const [, keyId, names = "", signature] =
    /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    ) ?? [];
  if (keyId !== storeKeyId) return refused(404, "InvalidAccessKeyId.NotFound", "");
  const lines = names.split(";").map((name) => `${name}:${String(headers[name]).trim()}`);
  const canonical = ["POST", "/", "", ...lines, "", names, hash(body)].join("\n");
  const right = hmac(Buffer.from(storeSecretKey), `ACS3-HMAC-SHA256\n${hash(canonical)}`).toString("hex");
  return right === signature ? {} : refused(400, "SignatureDoesNotMatch", "");
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
