import { usableKey } from "../call";
import { AlibabaError } from "../errors";
import { required, text } from "../input";
import { type Operation, operation } from "../operation";
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
  DeleteAlias: operation({ AliasName: aliasName }, (call, input) => {
    const alias = call.world.store.alias(call.identity.accountId, call.region, input.AliasName);
    if (alias === undefined) throw new AlibabaError("Forbidden.AliasNotFound");
    call.world.store.deleteAlias(alias);
    return {};
  }),
};
