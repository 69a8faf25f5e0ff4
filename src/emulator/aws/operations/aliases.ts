import type { Key } from "../../key";
import type { Alias } from "../../key-store";
import { kmsArn } from "../arn";
import { type AwsCall, namedKey, usableKey } from "../call";
import { AwsError, notFound, validation } from "../../aws-json/errors";
import { integer, required, text } from "../../aws-json/input";
import { epochSeconds } from "../metadata";
import { type Operation, operation } from "../operation";
import { page } from "../../aws-json/paging";
import { keyId } from "./keys";

const aliasName = required(text({ min: 1, max: 256 }));

export const aliasOperations: Readonly<Record<string, Operation>> = {
  CreateAlias: operation({ AliasName: aliasName, TargetKeyId: keyId }, (call, input) => {
    const name = checkedName(input.AliasName);
    const { store } = call.world;
    const key = usableKey(call, input.TargetKeyId);
    if (store.alias(call.accountId, call.region, name) !== undefined) {
      throw new AwsError("AlreadyExistsException", `An alias with the name ${arn(call, name)} already exists`);
    }
    store.putAlias({
      name,
      accountId: call.accountId,
      region: call.region,
      keyId: key.id,
      createdAtMs: call.nowMs,
      updatedAtMs: call.nowMs,
    });
    return {};
  }),
  UpdateAlias: operation({ AliasName: aliasName, TargetKeyId: keyId }, (call, input) => {
    const alias = existing(call, checkedName(input.AliasName));
    const key = usableKey(call, input.TargetKeyId);
    const old = call.world.store.find(call.accountId, call.region, alias.keyId);
    if (old !== undefined && !isOfSameType(old, key)) {
      throw validation(`${arn(call, alias.name)} cannot go over from a ${old.spec} to a ${key.spec} key.`);
    }
    alias.keyId = key.id;
    alias.updatedAtMs = call.nowMs;
    return {};
  }),
  DeleteAlias: operation({ AliasName: aliasName }, (call, input) => {
    call.world.store.deleteAlias(existing(call, checkedName(input.AliasName)));
    return {};
  }),
  ListAliases: operation(
    {
      KeyId: text({ min: 1, max: 2048 }),
      Limit: integer({ min: 1, max: 100 }),
      Marker: text({ min: 1, max: 1024 }),
    },
    (call, input) => {
      const key = input.KeyId === undefined ? undefined : namedKey(call, input.KeyId);
      const aliases = call.world.store
        .aliases()
        .filter((alias) => alias.accountId === call.accountId && alias.region === call.region)
        .filter((alias) => key === undefined || alias.keyId === key.id)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
      const { shown, end } = page(aliases, (alias) => alias.name, input, 50);
      return { Aliases: shown.map((alias) => listed(call, alias)), ...end };
    },
    "reads",
  ),
};

function listed(call: AwsCall, alias: Alias): object {
  return {
    AliasName: alias.name,
    AliasArn: arn(call, alias.name),
    TargetKeyId: alias.keyId,
    CreationDate: epochSeconds(alias.createdAtMs),
    LastUpdatedDate: epochSeconds(alias.updatedAtMs),
  };
}

function existing(call: AwsCall, name: string): Alias {
  const alias = call.world.store.alias(call.accountId, call.region, name);
  if (alias === undefined) throw notFound(`Alias ${arn(call, name)} is not found.`);
  return alias;
}

/** Symmetric, asymmetric or HMAC, which of the symmetric ones the usage tells. */
function isOfSameType(one: Key, other: Key): boolean {
  return one.usage === other.usage && (one.shape.kind === "raw") === (other.shape.kind === "raw");
}

function checkedName(name: string): string {
  if (!name.startsWith("alias/")) {
    throw validation(
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (name.startsWith("alias/aws/")) throw new AwsError("NotAuthorizedException");
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name)) {
    throw new AwsError("InvalidAliasNameException", "Alias contains invalid characters for an alias");
  }
  return name;
}

function arn(call: AwsCall, name: string): string {
  return kmsArn(call.region, call.accountId, name);
}
