import type { Call } from "../../engine/call";
import { ByokError } from "../../engine/errors";
import { jsonMembers, jsonText } from "../../engine/json-bytes";
import type { ReadSecret, SecretReference } from "../../engine/secret-store";
import type { HttpSender } from "../../http/http-sender";
import { unreadable } from "../../http/network-errors";
import type { Attempt } from "../refusal";
import type { RequestLog } from "../request-log";
import { binarySecret, checkVersion, secretVersion, textSecret } from "../secret-answer";
import type { ServiceTime } from "../service-time";
import { classified } from "./errors";
import { kmsVersion } from "./key-service";
import { type Credentials, sentRpc } from "./rpc";
import { storeError } from "./secret-errors";
import { alibaba } from "./vendor";

/** How the store of secrets is reached, which is a part of KMS. */
export interface StoreSurroundings {
  /** The Region that is meant where neither the source nor an ARN says one. @throws ByokError `invalid_argument`. */
  region(named: string | undefined): string;
  endpoint(region: string): URL;
  /** Parameters of every request there. */
  everywhere(region: string): Readonly<Record<string, string>>;
  credentials(region: string): Promise<Credentials>;
  readonly sender: HttpSender;
  readonly time: ServiceTime;
  readonly began: RequestLog;
}

const operation = "GetSecretValue";

/** Reads secrets of KMS by one signed request each; what it answers is decoded from bytes to bytes. */
export function alibabaSecrets(
  around: StoreSurroundings,
): (store: string, secret: SecretReference, call: Call) => Promise<ReadSecret> {
  return async (_store, secret, { signal }) => {
    const region = around.region(secret.region ?? regionOfArn(secret.name));
    const attempt: Attempt = { action: `kms:${operation}`, region, changes: false };
    const ended = around.began({ service: "kms", operation, region });
    let body: Buffer | undefined;
    try {
      const request = {
        endpoint: around.endpoint(region),
        action: operation,
        version: kmsVersion,
        parameters: parametersFor(secret, around.everywhere(region)),
        credentials: await around.credentials(region),
      };
      const answer = await sentRpc(request, around.sender, around.time, signal);
      body = answer.body;
      const members = jsonMembers(body);
      if (answer.status < 200 || answer.status >= 300) {
        throw storeError(refusalIn(members, answer.status), attempt, secret);
      }
      const read = members && secretIn(members);
      if (read === undefined) throw new ByokError("untrusted_answer", unreadable(alibaba));
      checkVersion(read, secret, alibaba);
      ended({ outcome: "ok", requestId: textOf(members, "RequestId") });
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

function parametersFor(
  { name, version }: SecretReference,
  everywhere: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...everywhere, SecretName: name, ...(version === undefined ? {} : { VersionId: version }) };
}

function regionOfArn(name: string): string | undefined {
  return /^acs:kms:([^:]+):/.exec(name)?.[1];
}

type Members = ReadonlyMap<string, Buffer>;

function secretIn(members: Members): ReadSecret | undefined {
  const data = members.get("SecretData");
  const content = textOf(members, "SecretDataType") === "binary" ? binarySecret(data) : textSecret(data);
  return content && { content, version: secretVersion(members.get("VersionId")) };
}

/** A member with text that is no secret. */
function textOf(members: Members | undefined, name: string): string {
  const value = members?.get(name);
  return value === undefined ? "" : (jsonText(value)?.toString() ?? "");
}

function refusalIn(members: Members | undefined, status: number): Parameters<typeof storeError>[0] {
  return { name: textOf(members, "Code"), words: "", status, requestId: textOf(members, "RequestId") };
}
