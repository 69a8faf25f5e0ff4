import { randomBytes } from "node:crypto";
import type { World } from "../world";
import { partitionOf } from "./arn";

/** Who stands behind an access key id. */
export interface Identity {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
}

/** Users by access key id, and the role sessions that AssumeRole opened. */
export interface Identities {
  of(accessKeyId: string, region: string): Identity;
  /** @returns the access key id of the new session */
  assume(roleArn: string, sessionName: string): string;
}

/** `role/path/NAME` of an IAM role's ARN, with its account. */
export const roleArnPattern = /^arn:(aws|aws-cn|aws-us-gov):iam::(\d{12}):role\/(?:[\w+=,.@/-]*\/)?([\w+=,.@-]+)$/;

export function awsIdentities(world: World): Identities {
  const sessions = new Map<string, Identity>();
  const accounts = new Map(Object.entries(world.accounts));
  return {
    of: (accessKeyId, region) => {
      const session = sessions.get(accessKeyId);
      if (session !== undefined) return session;
      const own = /^\d{12}$/.test(accessKeyId) ? accessKeyId : world.accountId;
      const accountId = accounts.get(accessKeyId) ?? own;
      return {
        accountId,
        arn: `arn:${partitionOf(region)}:iam::${accountId}:user/${accessKeyId}`,
        userId: `AIDA${accessKeyId.toUpperCase()}`,
      };
    },
    assume: (roleArn, sessionName) => {
      const [, partition = "aws", accountId = world.accountId, role = ""] = roleArnPattern.exec(roleArn) ?? [];
      const accessKeyId = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
      sessions.set(accessKeyId, {
        accountId,
        arn: `arn:${partition}:sts::${accountId}:assumed-role/${role}/${sessionName}`,
        userId: `AROA${role.toUpperCase()}:${sessionName}`,
      });
      return accessKeyId;
    },
  };
}
