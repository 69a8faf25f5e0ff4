import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { Call } from "../../engine/call";
import { ByokError } from "../../engine/errors";
import { jsonMembers, jsonText } from "../../engine/json-bytes";
import type { ReadSecret, SecretReference } from "../../engine/secret-store";
import { answerDate } from "../answer-date";
import { unreadable } from "../../http/network-errors";
import type { Attempt } from "../refusal";
import type { RequestLog } from "../request-log";
import { binarySecret, checkVersion, secretVersion, textSecret } from "../secret-answer";
import type { ServiceTime } from "../service-time";
import type { StoreService } from "./endpoint";
import { classified } from "./errors";
import type { RequestHandler } from "./request-handler";
import { storeError } from "./secret-errors";
import { type AwsSecretStore, isAwsSecretStore } from "./secret-stores";
import { aws } from "./vendor";

/** How the stores of secrets are reached. */
export interface StoreSurroundings {
  /** The Region that is meant where neither the source nor an ARN says one. @throws ByokError `invalid_argument`. */
  region(named: string | undefined): string;
  endpoint(service: StoreService, region: string): Promise<URL>;
  credentials(region: string): Promise<AwsCredentialIdentityProvider>;
  handler(service: StoreService): Promise<RequestHandler>;
  readonly time: ServiceTime;
  readonly began: RequestLog;
}

/** A store: the one request to it, and where its answer has the secret. */
interface Store {
  readonly service: StoreService;
  /** The name of the service in signatures, ARNs and the log. */
  readonly signing: "secretsmanager" | "ssm";
  /** Its API's name, before that of the operation. */
  readonly api: string;
  readonly operation: string;
  input(secret: SecretReference): Readonly<Record<string, string | boolean>>;
  /** @returns undefined where the answer has no secret in it. */
  secretIn(members: ReadonlyMap<string, Buffer>): ReadSecret | undefined;
}

const stores: Readonly<Record<AwsSecretStore, Store>> = {
  secretsmanager: {
    service: "secrets_manager",
    signing: "secretsmanager",
    api: "secretsmanager",
    operation: "GetSecretValue",
    input: ({ name, version }) => ({ SecretId: name, ...(version === undefined ? {} : { VersionId: version }) }),
    secretIn(members) {
      const [binary, text] = [members.get("SecretBinary"), members.get("SecretString")];
      const content = binary === undefined ? textSecret(text) : binarySecret(binary);
      return content && { content, version: secretVersion(members.get("VersionId")) };
    },
  },
  ssm: {
    service: "ssm",
    signing: "ssm",
    api: "AmazonSSM",
    operation: "GetParameter",
    input: ({ name, version }) => ({
      Name: version === undefined ? name : `${name}:${version}`,
      WithDecryption: true,
    }),
    secretIn(members) {
      const parameter = jsonMembers(members.get("Parameter") ?? Buffer.alloc(0));
      const content = textSecret(parameter?.get("Value"));
      return content && { content, version: secretVersion(parameter?.get("Version")) };
    },
  },
};

/**
 * Reads secrets by one signed request each: the clients of the SDK would add megabytes for it, and make strings of what they
 * answer, which cannot be wiped.
 */
export function awsSecrets(
  around: StoreSurroundings,
): (store: string, secret: SecretReference, call: Call) => Promise<ReadSecret> {
  return async (name, secret, call) => {
    if (!isAwsSecretStore(name)) throw new ByokError("internal", `AWS has no store of secrets called ${name}.`);
    const store = stores[name];
    const region = around.region(secret.region ?? regionOfArn(secret.name));
    const attempt: Attempt = { action: `${store.signing}:${store.operation}`, region, changes: false };
    const ended = around.began({ service: store.signing, operation: store.operation, region });
    let body: Buffer | undefined;
    try {
      const answer = await sent(store, secret, region, around, call);
      body = answer.body;
      const { status, requestId } = answer;
      if (status < 200 || status >= 300) throw storeError(refusalIn(answer), attempt, secret);
      const members = jsonMembers(body);
      const read = members && store.secretIn(members);
      if (read === undefined) throw new ByokError("untrusted_answer", unreadable(aws));
      checkVersion(read, secret, aws);
      ended({ outcome: "ok", requestId });
      return read;
    } catch (thrown) {
      const error = classified(thrown, attempt);
      ended({ outcome: error.serviceCode ?? error.code, requestId: error.requestId });
      throw error;
    } finally {
      body?.fill(0);
    }
  };
}

function regionOfArn(name: string): string | undefined {
  return /^arn:[^:]*:(?:secretsmanager|ssm):([^:]+):/.exec(name)?.[1];
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly requestId: string | undefined;
}

async function sent(
  store: Store,
  secret: SecretReference,
  region: string,
  around: StoreSurroundings,
  { signal }: Call,
): Promise<Answer> {
  // Loaded when the first secret is read: it takes a while.
  const [{ SignatureV4 }, { HttpRequest }, { Hash }] = await Promise.all([
    import("@smithy/signature-v4"),
    import("@smithy/core/protocols"),
    import("@smithy/core/serde"),
  ]);
  const [url, handler, credentials] = await Promise.all([
    around.endpoint(store.service, region),
    around.handler(store.service),
    around.credentials(region),
  ]);
  const body = JSON.stringify(store.input(secret));
  const signer = new SignatureV4({ service: store.signing, region, credentials, sha256: Hash.bind(null, "sha256") });
  const request = await signer.sign(
    new HttpRequest({
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === "" ? {} : { port: Number(url.port) }),
      path: url.pathname,
      headers: {
        host: url.host,
        "content-type": "application/x-amz-json-1.1",
        "content-length": String(Buffer.byteLength(body)),
        "x-amz-target": `${store.api}.${store.operation}`,
        "user-agent": "byok",
      },
      body,
    }),
    { signingDate: new Date(around.time.now()) },
  );
  const { response } = await handler.handle(
    HttpRequest.clone(request),
    signal === undefined ? {} : { abortSignal: signal },
  );
  const { statusCode: status, headers } = response;
  const date = answerDate(headers["date"]);
  if (date !== undefined) around.time.heard(date);
  if (!Buffer.isBuffer(response.body)) throw new ByokError("untrusted_answer", unreadable(aws));
  return { status, headers, body: response.body, requestId: headers["x-amzn-requestid"] };
}

/** The name and the words of an error. The words are looked at and never shown. */
function refusalIn({ status, headers, body, requestId }: Answer): Parameters<typeof storeError>[0] {
  const members = jsonMembers(body);
  const text = (...names: readonly string[]): string => {
    const value = names.map((name) => members?.get(name)).find((one) => one !== undefined);
    return value === undefined ? "" : (jsonText(value)?.toString() ?? "");
  };
  const type = headers["x-amzn-errortype"] ?? text("__type", "code");
  // `com.amazonaws.ssm#ParameterNotFound:http://…`
  const name = type.slice(type.indexOf("#") + 1).split(":")[0] ?? "";
  return { name, words: text("message", "Message"), status, requestId };
}
