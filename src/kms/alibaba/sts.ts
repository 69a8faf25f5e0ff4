import type { EpochSeconds } from "../../engine/instant";
import type { Attempt } from "../refusal";
import { reader } from "./answers";
import { answerError, classified } from "./errors";
import { type Credentials, type Rpc, stsVersion } from "./rpc";
import type { AlibabaAssumeRole } from "./settings";

/** Alibaba Cloud's Security Token Service. */
export interface Sts {
  /** @throws ByokError */
  assumeRole(credentials: Credentials, role: AlibabaAssumeRole): Promise<Credentials>;
  /** @throws ByokError */
  assumeRoleWithOidc(role: AlibabaAssumeRole, providerArn: string, token: string): Promise<Credentials>;
}

export function stsService(rpc: Rpc, endpoint: URL): Sts {
  const assumed = async (
    action: "AssumeRole" | "AssumeRoleWithOIDC",
    parameters: Readonly<Record<string, string>>,
    credentials?: Credentials,
  ): Promise<Credentials> => {
    const attempt: Attempt = { action: `sts:${action}`, changes: false };
    try {
      const answer = await rpc({
        endpoint,
        action,
        version: stsVersion,
        parameters,
        ...(credentials === undefined ? {} : { credentials }),
      });
      if (!answer.ok) throw answerError(answer, attempt);
      return credentialsOf(answer.fields, action);
    } catch (thrown) {
      throw classified(thrown, attempt);
    }
  };
  return {
    assumeRole: (credentials, role) => assumed("AssumeRole", roleParameters(role), credentials),
    assumeRoleWithOidc: (role, providerArn, token) =>
      assumed("AssumeRoleWithOIDC", {
        ...roleParameters(role),
        OIDCProviderArn: providerArn,
        OIDCToken: token,
      }),
  };
}

function roleParameters(role: AlibabaAssumeRole): Readonly<Record<string, string>> {
  return {
    RoleArn: role.roleArn,
    RoleSessionName: role.sessionName ?? "byok",
    DurationSeconds: String(role.durationSeconds ?? 3600),
    ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    ...(role.policy === undefined ? {} : { Policy: role.policy }),
  };
}

function credentialsOf(fields: Readonly<Record<string, unknown>>, action: string): Credentials {
  const read = reader(action);
  const given = read.fields(fields["Credentials"], "Credentials");
  const expiresAt: EpochSeconds = read.instant(given["Expiration"], "Expiration");
  return {
    accessKeyId: read.text(given["AccessKeyId"], "AccessKeyId"),
    accessKeySecret: read.text(given["AccessKeySecret"], "AccessKeySecret"),
    securityToken: read.text(given["SecurityToken"], "SecurityToken"),
    expiresAt,
  };
}
