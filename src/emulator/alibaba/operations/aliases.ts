import type { Alias } from "../../key-store";
import { type AlibabaCall, aliasArn, namedKey, usableKey } from "../call";
import { AlibabaError } from "../errors";
import { required, text } from "../input";
import { type Operation, operation } from "../operation";
import { pageParameters, paged } from "../paging";
import { keyId } from "./keys";

const aliasName = required(text({ pattern: /^alias\/[\w/-]{1,249}$/ }));

export const aliasOperations: Readonly<Record<string, Operation>> = {
  CreateAlias: operation({ AliasName: aliasName, KeyId: keyId }, (call, input) => {
    const { store } = call.world;
    const { accountId } = call.identity;
    const key = usableKey(call, input.KeyId);
    if (store.alias(accountId, call.region, input.AliasName) !== undefined) {
      throw new AlibabaError("AliasAlreadyExists");
    }
    const { region, nowMs } = call;
    store.putAlias({ name: input.AliasName, accountId, region, keyId: key.id, createdAtMs: nowMs, updatedAtMs: nowMs });
    return {};
  }),
  UpdateAlias: operation({ AliasName: aliasName, KeyId: keyId }, (call, input) => {
    const alias = existing(call, input.AliasName);
    alias.keyId = usableKey(call, input.KeyId).id;
    alias.updatedAtMs = call.nowMs;
    return {};
  }),
  DeleteAlias: operation({ AliasName: aliasName }, (call, input) => {
    call.world.store.deleteAlias(existing(call, input.AliasName));
    return {};
  }),
  ListAliases: operation(pageParameters, (call, input) => listed(call, aliasesOf(call), input), "reads"),
  ListAliasesByKeyId: operation(
    { KeyId: keyId, ...pageParameters },
    (call, input) => {
      const { id } = namedKey(call, input.KeyId);
      const own = aliasesOf(call).filter((alias) => alias.keyId === id);
      return listed(call, own, input);
    },
    "reads",
  ),
};

function existing(call: AlibabaCall, name: string): Alias {
  const alias = call.world.store.alias(call.identity.accountId, call.region, name);
  if (alias === undefined) throw new AlibabaError("Forbidden.AliasNotFound");
  return alias;
}

/** Every alias of the caller's account and Region, ordered by name. */
function aliasesOf({ world, identity, region }: AlibabaCall): readonly Alias[] {
  return world.store
    .aliases()
    .filter((alias) => alias.accountId === identity.accountId && alias.region === region)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function listed(call: AlibabaCall, aliases: readonly Alias[], page: Parameters<typeof paged>[1]) {
  const { shown, counts } = paged(aliases, page);
  const { accountId } = call.identity;
  return {
    Aliases: {
      Alias: shown.map(({ name, keyId: id }) => ({
        KeyId: id,
        AliasName: name,
        AliasArn: aliasArn(call.region, accountId, name),
      })),
    },
    ...counts,
  };
}
