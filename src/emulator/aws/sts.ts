import { randomBytes, randomUUID } from "node:crypto";
import type { AnswerFields, Exchange } from "../exchange";
import type { WireAnswer, WireRequest } from "../wire";
import type { World } from "../world";
import type { CredentialScope } from "./authorization";
import { AwsError } from "../aws-json/errors";
import { type Identities, roleArnPattern } from "./identity";
import { isObject } from "../aws-json/input";

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
const sessionSeconds = { least: 900, usual: 3600, most: 43_200 };

/** What STS is asked here. */
export const stsOperationNames = ["GetCallerIdentity", "AssumeRole"] as const;

/** Parameters of both; those of signed query strings start with `X-Amz-`. */
const commonParameters = /^(?:Action|Version|X-Amz-.+)$/i;

/**
 * Parameters of AssumeRole. Of these only the first three mean anything here: trust policies and session tags are not
 * evaluated. A session policy would narrow what the session may do, so it is refused.
 */
const roleParameters =
  /^(?:RoleArn|RoleSessionName|DurationSeconds|ExternalId|SourceIdentity|Tags\.member\.\d+\.(?:Key|Value)|TransitiveTagKeys\.member\.\d+)$/;

/** The query protocol: a form body or a query string with an Action. */
export function isStsRequest(request: WireRequest): boolean {
  return request.headers["x-amz-target"] === undefined && parameters(request).has("Action");
}

/** GetCallerIdentity and AssumeRole of STS. */
export function stsExchange(
  world: World,
  identities: Identities,
  scope: CredentialScope | undefined,
  request: WireRequest,
): Exchange {
  const given = parameters(request);
  const operation = given.get("Action") ?? "";
  const region = scope?.region ?? world.region;
  const identity = identities.of(scope?.accessKeyId ?? "anonymous", region);
  return {
    service: "sts",
    operation,
    action: `sts:${operation}`,
    reads: true,
    region,
    accountId: identity.accountId,
    accessKeyId: scope?.accessKeyId ?? "",
    keyId: undefined,
    key: undefined,
    perform: () => {
      return new Promise((resolve) => {
        if (scope === undefined) {
          throw new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
        }
        if (operation === "GetCallerIdentity") {
          resolve({ fields: { Arn: identity.arn, UserId: identity.userId, Account: identity.accountId } });
        } else if (operation === "AssumeRole") {
          resolve({ fields: assumedRole(world, identities, given, region) });
        } else {
          throw new AwsError(
            "InvalidAction",
            `Could not find operation ${operation.slice(0, 64)} for version 2011-06-15. The embedded KMS knows ${stsOperationNames.join(" and ")} of STS.`,
          );
        }
      });
    },
    written: (fields) => okAnswer(operation, fields),
    refused: (error) => errorAnswer(error instanceof AwsError ? error : new AwsError("InternalFailure", "", 500)),
    throttled: () => errorAnswer(new AwsError("Throttling", "Rate exceeded")),
    denied: () =>
      errorAnswer(
        new AwsError(
          "AccessDenied",
          `User: ${identity.arn} is not authorized to perform: sts:${operation}${operation === "AssumeRole" ? ` on resource: ${given.get("RoleArn")}` : ""}`,
          403,
        ),
      ),
    failed: (code, message, status) => errorAnswer(new AwsError(code, message, status)),
  };
}

function assumedRole(world: World, identities: Identities, given: URLSearchParams, region: string): AnswerFields {
  const unknown = [...given.keys()].find((name) => !commonParameters.test(name) && !roleParameters.test(name));
  if (unknown !== undefined) {
    throw new AwsError(
      "ValidationError",
      `The embedded KMS does not support the parameter ${unknown.slice(0, 64)} of AssumeRole. Remove it.`,
    );
  }
  const [roleArn, sessionName] = [given.get("RoleArn") ?? "", given.get("RoleSessionName") ?? ""];
  if (!roleArnPattern.test(roleArn)) throw new AwsError("ValidationError", `${roleArn} is invalid`);
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw new AwsError("ValidationError", "RoleSessionName must have 2 to 64 characters of [\\w+=,.@-]");
  }
  const seconds = Number(given.get("DurationSeconds") ?? sessionSeconds.usual);
  if (!(Number.isInteger(seconds) && seconds >= sessionSeconds.least && seconds <= sessionSeconds.most)) {
    throw new AwsError(
      "ValidationError",
      `DurationSeconds must be from ${sessionSeconds.least} to ${sessionSeconds.most}`,
    );
  }
  const accessKeyId = identities.assume(roleArn, sessionName);
  const identity = identities.of(accessKeyId, region);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: randomBytes(30).toString("base64"),
      SessionToken: randomBytes(48).toString("base64"),
      Expiration: new Date(world.clock.now().getTime() + seconds * 1000).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: identity.userId, Arn: identity.arn },
  };
}

function parameters(request: WireRequest): URLSearchParams {
  const form = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
  return form ? new URLSearchParams(request.body.toString()) : request.query;
}

function okAnswer(operation: string, fields: AnswerFields): WireAnswer {
  const result = xml({ [`${operation}Result`]: fields, ResponseMetadata: { RequestId: randomUUID() } });
  return xmlAnswer(200, `<${operation}Response xmlns="${stsNamespace}">${result}</${operation}Response>`);
}

function errorAnswer(error: AwsError): WireAnswer {
  const content = xml({
    Error: { Type: error.status >= 500 ? "Receiver" : "Sender", Code: error.code, Message: error.message },
    RequestId: randomUUID(),
  });
  const answer = xmlAnswer(error.status, `<ErrorResponse xmlns="${stsNamespace}">${content}</ErrorResponse>`);
  return { ...answer, errorCode: error.code };
}

function xmlAnswer(status: number, body: string): WireAnswer {
  return { status, headers: { "Content-Type": "text/xml" }, body };
}

function xml(fields: AnswerFields): string {
  return Object.entries(fields)
    .map(([name, value]) => `<${name}>${isObject(value) ? xml(value) : escaped(String(value))}</${name}>`)
    .join("");
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.codePointAt(0)};`);
}
