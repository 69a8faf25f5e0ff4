import { randomBytes } from "node:crypto";
import { AwsError, notFound, validation } from "../../aws-json/errors";
import { flag, integer, listOf, oneOf, required, structure, text, textMap } from "../../aws-json/input";
import { page } from "../../aws-json/paging";
import { given } from "../../given";
import type { Grant } from "../../grant";
import type { Key } from "../../key";
import { type AwsCall, namedKey, usableKey } from "../call";
import { grantIdOf, grantToken, requireGrantTokens } from "../grant-token";
import { epochSeconds } from "../metadata";
import { grantTokens, type Operation, operation, refuseDryRun } from "../operation";
import { specRow } from "../specs";
import { keyId } from "./keys";

const everyKey = ["CreateGrant", "RetireGrant", "DescribeKey"] as const;
const symmetric = [
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "GenerateDataKeyPair",
  "GenerateDataKeyPairWithoutPlaintext",
] as const;
const encryption = ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"] as const;

/** Operations that a grant may allow, by the usage of its key ("Grant operations" of the developer guide). */
const usageOperations = {
  ENCRYPT_DECRYPT: encryption,
  SIGN_VERIFY: ["Sign", "Verify"],
  GENERATE_VERIFY_MAC: ["GenerateMac", "VerifyMac"],
  KEY_AGREEMENT: ["DeriveSharedSecret"],
} as const satisfies Record<string, readonly string[]>;

const operationName = oneOf([...everyKey, ...symmetric, "GetPublicKey", ...Object.values(usageOperations).flat()]);

const principal = text({ min: 1, max: 256, pattern: /^[\w+=,.@:/-]+$/ });
const servicePrincipal = text({ min: 1, max: 128, pattern: /^[\w.-]+\.amazonaws\.com(?:\.cn)?$/ });
const grantId = text({ min: 1, max: 128 });
const marker = text({ min: 1, max: 1024 });
const limit = integer({ min: 1, max: 100 });
const defaultLimit = 50;

const createGrant = operation(
  {
    KeyId: keyId,
    GranteePrincipal: principal,
    GranteeServicePrincipal: servicePrincipal,
    RetiringPrincipal: principal,
    RetiringServicePrincipal: servicePrincipal,
    Operations: required(listOf(required(operationName))),
    Constraints: constraints(),
    GrantTokens: grantTokens,
    Name: text({ min: 1, max: 256, pattern: /^[a-zA-Z0-9:/_-]+$/ }),
    DryRun: flag(),
  },
  (call, input) => {
    const { KeyId, GrantTokens, DryRun, ...terms } = input;
    requireGrantTokens(call, GrantTokens);
    const key = usableKey(call, KeyId);
    requirePrincipals(terms);
    requireGrantable(key, input.Operations, input.Constraints);
    refuseDryRun(DryRun);
    const wanted = given(terms);
    const grants = key.grants ?? [];
    // A name makes the request one that can be sent again.
    const same = terms.Name === undefined ? undefined : grants.find((grant) => isSame(grant.terms, wanted));
    const grant: Grant = same ?? {
      id: randomBytes(32).toString("hex"),
      createdAtMs: call.nowMs,
      issuingAccount: call.accountId,
      terms: wanted,
    };
    if (same === undefined) key.grants = [...grants, grant];
    return { GrantToken: grantToken(call.world.store, grant.id), GrantId: grant.id };
  },
);

const listGrants = operation(
  { KeyId: keyId, GrantId: grantId, GranteePrincipal: principal, Limit: limit, Marker: marker },
  (call, input) => {
    const key = namedKey(call, input.KeyId);
    const found = (key.grants ?? [])
      .filter(({ id }) => input.GrantId === undefined || input.GrantId === id)
      .filter(
        ({ terms }) => input.GranteePrincipal === undefined || terms["GranteePrincipal"] === input.GranteePrincipal,
      );
    return listed(
      found.map((grant) => ({ key, grant })),
      input,
    );
  },
  "reads",
);

const listRetirableGrants = operation(
  { RetiringPrincipal: required(principal), Limit: limit, Marker: marker },
  (call, input) => {
    const all = granted(call).filter(({ grant }) => grant.terms["RetiringPrincipal"] === input.RetiringPrincipal);
    return listed(all, input);
  },
  "reads",
);

const revokeGrant = operation({ KeyId: keyId, GrantId: required(grantId), DryRun: flag() }, (call, input) => {
  const key = usableKey(call, input.KeyId);
  const ended = requireGrant(key, input.GrantId);
  refuseDryRun(input.DryRun);
  end(key, ended);
  return {};
});

const retireGrant = operation(
  { GrantToken: text({ min: 1, max: 8192 }), KeyId: text({ min: 1, max: 2048 }), GrantId: grantId, DryRun: flag() },
  (call, input) => {
    const { key, grant } = retirable(call, input.GrantToken, input.KeyId, input.GrantId);
    refuseDryRun(input.DryRun);
    end(key, grant);
    return {};
  },
);

export const grantOperations: Readonly<Record<string, Operation>> = {
  CreateGrant: createGrant,
  ListGrants: listGrants,
  ListRetirableGrants: listRetirableGrants,
  RevokeGrant: revokeGrant,
  RetireGrant: retireGrant,
};

interface Granted {
  readonly key: Key;
  readonly grant: Grant;
}

/** Every grant of the caller's account and Region. */
function granted(call: AwsCall): readonly Granted[] {
  return call.world.store
    .list(call.accountId, call.region)
    .flatMap((key) => (key.grants ?? []).map((grant) => ({ key, grant })));
}

function listed(all: readonly Granted[], request: { Limit: number | undefined; Marker: string | undefined }) {
  // The page goes on behind the last grant that it showed, whatever has been revoked meanwhile.
  const ordered = all.map((one) => ({ ...one, place: placeOf(one) })).toSorted((a, b) => (a.place < b.place ? -1 : 1));
  const { shown, end: rest } = page(ordered, ({ place }) => place, request, defaultLimit);
  return {
    Grants: shown.map(({ key, grant }) => ({
      KeyId: key.arn,
      GrantId: grant.id,
      CreationDate: epochSeconds(grant.createdAtMs),
      IssuingAccount: `arn:${key.arn.split(":")[1]}:iam::${grant.issuingAccount}:root`,
      ...grant.terms,
    })),
    ...rest,
  };
}

function placeOf({ key, grant }: Granted): string {
  return `${key.id} ${String(grant.createdAtMs).padStart(15, "0")} ${grant.id}`;
}

function retirable(call: AwsCall, token: string | undefined, id: string | undefined, wanted: string | undefined) {
  const named = id !== undefined && wanted !== undefined;
  if (named === (token !== undefined) || (token !== undefined && (id ?? wanted) !== undefined)) {
    throw validation("Specify either a GrantToken or both KeyId and GrantId");
  }
  if (token === undefined) {
    const key = usableKey(call, id ?? "");
    return { key, grant: requireGrant(key, wanted ?? "") };
  }
  const ofToken = grantIdOf(call.world.store, token);
  const found = granted(call).find(({ grant }) => grant.id === ofToken);
  if (found === undefined) throw notFound(`Grant ID ${ofToken} not found`);
  return found;
}

function requireGrant(key: Key, id: string): Grant {
  if (!/^[0-9a-f]{64}$/.test(id)) throw new AwsError("InvalidGrantIdException", `Invalid grant ID ${id}`);
  const grant = key.grants?.find((one) => one.id === id);
  if (grant === undefined) throw notFound(`Grant ID ${id} not found`);
  return grant;
}

function end(key: Key, ended: Grant): void {
  key.grants = key.grants?.filter(({ id }) => id !== ended.id);
}

interface Principals {
  readonly GranteePrincipal: string | undefined;
  readonly GranteeServicePrincipal: string | undefined;
  readonly RetiringPrincipal: string | undefined;
  readonly RetiringServicePrincipal: string | undefined;
  readonly Constraints: { readonly SourceArn: string | undefined } | undefined;
}

const principalArn =
  /^arn:aws(?:-cn|-us-gov)?:(?:iam::\d{12}:(?:root|user\/.+|role\/.+)|sts::\d{12}:(?:assumed-role\/.+\/.+|federated-user\/.+))$/;

function requirePrincipals(terms: Principals): void {
  const { GranteePrincipal: grantee, GranteeServicePrincipal: service } = terms;
  const { RetiringPrincipal: retiring, RetiringServicePrincipal: retiringService } = terms;
  if ((grantee === undefined) === (service === undefined)) {
    throw validation("Specify either GranteePrincipal or GranteeServicePrincipal, but not both");
  }
  if (retiring !== undefined && retiringService !== undefined) {
    throw validation("Specify either RetiringPrincipal or RetiringServicePrincipal, but not both");
  }
  if (service !== undefined && (terms.Constraints?.SourceArn ?? "") === "") {
    throw validation("A GranteeServicePrincipal needs a SourceArn grant constraint");
  }
  if (service !== undefined && retiring === undefined && retiringService === undefined) {
    throw validation("A GranteeServicePrincipal needs a RetiringPrincipal or a RetiringServicePrincipal");
  }
  const malformed = [grantee, retiring].find((arn) => arn !== undefined && !principalArn.test(arn));
  if (malformed !== undefined) throw new AwsError("InvalidArnException", `Invalid arn ${malformed}`);
}

type GrantOperation = NonNullable<ReturnType<typeof operationName>>;

function requireGrantable(
  key: Key,
  names: readonly GrantOperation[],
  limits: { EncryptionContextSubset: unknown; EncryptionContextEquals: unknown } | undefined,
): void {
  if (names.length === 0) throw validation("Operations must name at least one operation");
  const isSymmetric = specRow(key.spec).encryption?.includes("SYMMETRIC_DEFAULT") === true;
  const allowed = new Set<string>([
    ...everyKey,
    ...(isSymmetric ? symmetric : []),
    ...(key.shape.kind === "raw" ? [] : ["GetPublicKey"]),
    ...(Object.entries(usageOperations).find(([usage]) => usage === key.usage)?.[1] ?? []),
  ]);
  const odd = names.find((name) => !allowed.has(name));
  if (odd !== undefined) {
    throw validation(
      `Grant operation ${odd} is not supported for a KMS key with key spec ${key.spec} and key usage ${key.usage}`,
    );
  }
  const contexts = limits?.EncryptionContextEquals ?? limits?.EncryptionContextSubset;
  if (contexts !== undefined && !isSymmetric) {
    throw validation("Encryption context grant constraints can be set only for symmetric encryption KMS keys");
  }
}

function constraints() {
  const read = structure({
    EncryptionContextSubset: textMap({ most: 8, longestValue: 384 }),
    EncryptionContextEquals: textMap({ most: 8, longestValue: 384 }),
    SourceArn: text({ min: 1, max: 512 }),
  });
  return (value: unknown, path: string) => (value === undefined || value === null ? undefined : read(value, path));
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
