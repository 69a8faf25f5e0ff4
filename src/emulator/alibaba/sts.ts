import type { AnswerFields } from "../exchange";
import { AlibabaError, invalid } from "./errors";
import type { Identities, Identity } from "./identity";
import { integer, type Parameters, readInput, required, text } from "./input";
import { dateText } from "./metadata";

export const stsOperationNames = ["GetCallerIdentity", "AssumeRole"] as const;

/** What STS answers, by the name of its operation. Undefined: it has no such operation. */
export function stsOperation(
  name: string,
  identities: Identities,
  identity: Identity,
  parameters: Parameters,
): (() => AnswerFields) | undefined {
  switch (name) {
    case "GetCallerIdentity":
      return () => ({
        IdentityType: identity.type,
        AccountId: identity.accountId,
        PrincipalId: identity.accessKeyId,
        UserId: identity.accessKeyId,
        Arn: identity.arn,
      });
    case "AssumeRole":
      return () => assumed(identities, parameters);
    default:
      return undefined;
  }
}

function assumed(identities: Identities, parameters: Parameters): AnswerFields {
  const input = readInput(
    {
      RoleArn: required(text({ max: 256 })),
      RoleSessionName: required(text({ pattern: /^[\w.@-]{2,64}$/ })),
      DurationSeconds: integer(900, 43_200),
      // For trust policies and audit logs, of which there are none here.
      ExternalId: text({ max: 1224 }),
      SourceIdentity: text({ max: 64 }),
    },
    parameters,
    "AssumeRole",
  );
  const [, accountId, role] = /^acs:ram::(\d+):role\/([\w.-]{1,64})$/.exec(input.RoleArn) ?? [];
  if (accountId === undefined || role === undefined) throw invalid("RoleArn");
  // A role of this name stands for one that is not there.
  if (role === "absent") throw new AlibabaError("EntityNotExist.Role");
  const session = identities.assume(accountId, role, input.RoleSessionName, input.DurationSeconds ?? 3600);
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      AccessKeySecret: session.secret,
      SecurityToken: session.token,
      Expiration: dateText(session.expiresAtMs),
    },
    AssumedRoleUser: { Arn: session.arn, AssumedRoleId: session.accessKeyId },
  };
}
