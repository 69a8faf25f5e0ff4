import type { AllowedKeys } from "../../src/engine/key-services";
import type { KmsSettings } from "../../src/kms/key-services";
import { given } from "../given";
import { hasUnknown, isProps, type Props } from "./props";
import {
  type ArgumentsOf,
  type Failure,
  type Fields,
  flag,
  list,
  map,
  number,
  object,
  readArguments,
  type Shape,
  text,
  word,
} from "./shape";

const assumeRole = object({
  roleArn: text,
  sessionName: text,
  externalId: text,
  duration: text,
  policy: text,
  policyArns: list(text),
  tags: map(text),
  transitiveTagKeys: list(text),
  sourceIdentity: text,
});

const alibabaFields = {
  region: text,
  profile: text,
  sharedCredentialsFile: text,
  ecsRoleName: text,
  credentialsUri: text,
  assumeRole: object({
    roleArn: text,
    sessionName: text,
    externalId: text,
    durationSeconds: number,
    policy: text,
  }),
  endpoint: text,
  stsEndpoint: text,
  useVpcEndpoint: flag,
  customCaBundle: text,
} as const;

const qkmsFields = { endpoint: text, region: text, signedHeaders: list(text), customCaBundle: text } as const;

/** How a KMS is reached and what may be touched: the `connection` argument, or `byok:…` in the stack's configuration. */
export const connectionFields = {
  profile: text,
  sharedConfigFiles: list(text),
  sharedCredentialsFiles: list(text),
  assumeRoles: list(assumeRole),
  endpoint: text,
  stsEndpoint: text,
  customCaBundle: text,
  useFipsEndpoint: flag,
  useDualstackEndpoint: flag,
  alibaba: object(alibabaFields),
  qkms: object(qkmsFields),
  allowedAccountIds: list(text),
  allowedRegions: list(text),
  allowedMaterialSources: list(text),
  materialAccess: word("plan", "apply"),
  importRequestsPerSecond: number,
} as const;

/** What may stand in the configuration only: secrets, which arguments would carry into the state. */
const configurationFields = {
  ...connectionFields,
  region: text,
  accessKey: text,
  secretKey: text,
  token: text,
  alibaba: object({ ...alibabaFields, accessKey: text, secretKey: text, securityToken: text }),
  qkms: object({ ...qkmsFields, accessKey: text, secretKey: text }),
} as const;

export type Connection = ArgumentsOf<typeof configurationFields>;

/** Stands for what the engine of Pulumi hands to `configure`. */
export interface Config {
  get(key: string): string | undefined;
}

/** What Pulumi's AWS provider is configured with serves as a default. */
const awsDefaults = ["region", "profile", "assumeRoles"];

export interface ReadConnection {
  readonly connection: Connection;
  readonly failures: readonly Failure[];
}

/**
 * The connection of one resource: its argument, and for what that leaves out the stack's configuration. While part of the
 * argument is not known, the rest holds, and sources of key material stay closed: what is unknown must not open them.
 */
export function connectionOf(argument: unknown, config: Config | undefined): ReadConnection {
  const { args } = readArguments(connectionFields, isProps(argument) ? argument : {});
  const configured = config === undefined ? {} : configuredProps(config);
  const { args: fromConfig, failures } = readArguments(configurationFields, configured);
  return {
    connection: {
      ...fromConfig,
      ...args,
      ...(hasUnknown(argument) ? { materialAccess: "apply" as const } : {}),
      alibaba: { ...fromConfig.alibaba, ...args.alibaba },
      qkms: { ...fromConfig.qkms, ...args.qkms },
    },
    failures: failures.map(({ property, reason }) => ({
      property: "connection",
      reason: `The stack's configuration \`byok:${property}\` ${reason}`,
    })),
  };
}

function configuredProps(config: Config): Props {
  const fields: Fields = configurationFields;
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, shape]) => {
      const written =
        config.get(`byok:${name}`) ?? (awsDefaults.includes(name) ? config.get(`aws:${name}`) : undefined);
      if (written === undefined || written === "") return [];
      return [[name, shape.kind === "text" || shape.kind === "word" ? written : asText(shape, structured(written))]];
    }),
  );
}

/** Everything but text is written in JSON; the command line gives lists and objects so by itself. */
function structured(written: string): unknown {
  try {
    const value: unknown = JSON.parse(written);
    // pulumi-aws takes one role beside a list of them.
    return isProps(value) && "roleArn" in value ? [value] : value;
  } catch {
    return written;
  }
}

/** `--path` writes a number for what looks like one, such as the id of an account, whatever is wanted. */
function asText(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case "text":
      return Number.isSafeInteger(value) || typeof value === "boolean" ? String(value) : value;
    case "list":
      return Array.isArray(value) ? value.map((item: unknown) => asText(shape.of, item)) : value;
    case "map":
    case "object":
      if (!isProps(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => {
          const inner = shape.kind === "map" ? shape.of : shape.fields[name];
          return [name, inner === undefined ? item : asText(inner, item)];
        }),
      );
    case "flag":
    case "number":
    case "word":
      return value;
  }
}

export function allowedKeys({ allowedAccountIds, allowedRegions }: Connection): AllowedKeys {
  return { accountIds: allowedAccountIds, regions: allowedRegions };
}

/** The connection as `keyServices` takes it. */
export function kmsSettings(connection: Connection): KmsSettings {
  const { assumeRoles, importRequestsPerSecond } = connection;
  const named = {
    region: connection.region,
    profile: connection.profile,
    accessKey: connection.accessKey,
    secretKey: connection.secretKey,
    token: connection.token,
    sharedConfigFiles: connection.sharedConfigFiles,
    sharedCredentialsFiles: connection.sharedCredentialsFiles,
    endpoint: connection.endpoint,
    stsEndpoint: connection.stsEndpoint,
    customCaBundle: connection.customCaBundle,
    useFipsEndpoint: connection.useFipsEndpoint,
    useDualstackEndpoint: connection.useDualstackEndpoint,
    assumeRole: assumeRoles?.map(({ roleArn = "", ...role }) => ({ roleArn, ...role })),
  };
  const { assumeRole: role, ...alibaba } = connection.alibaba ?? {};
  const assumed = role === undefined ? {} : { assumeRole: { ...role, roleArn: role.roleArn ?? "" } };
  return {
    aws: given(named),
    alibaba: { ...alibaba, ...assumed },
    qkms: connection.qkms ?? {},
    importRequestsPerSecond,
  };
}
