import { type Key, keyState } from "../../key";
import { changePrimary, replicate } from "../../replication";
import { keyArn, partitionOf } from "../arn";
import { type AwsCall, namedKey, requireState } from "../call";
import { AwsError, notFound, unsupported, validation } from "../../aws-json/errors";
import { flag, required, text } from "../../aws-json/input";
import { keyMetadata } from "../metadata";
import { type Operation, operation } from "../operation";
import { policyFor, policyText } from "../policy";
import { stateRefusal } from "../../aws-json/states";
import { listedTags, tags, withTags } from "../../aws-json/tags";
import { description, keyId } from "./keys";

const regionName = required(text({ min: 1, max: 32, pattern: /^([a-z]+-){2,3}\d+$/ }));

const replicateKey = operation(
  {
    KeyId: keyId,
    ReplicaRegion: regionName,
    Policy: policyText,
    BypassPolicyLockoutSafetyCheck: flag(),
    Description: description,
    Tags: tags,
  },
  (call, input) => {
    const primary = primaryKey(call, input.KeyId);
    const { store } = call.world;
    const region = input.ReplicaRegion;
    const arn = keyArn(region, primary.accountId, primary.id);
    if (partitionOf(region) !== partitionOf(primary.region)) {
      throw unsupported(`The Region ${region} is not in the partition of ${primary.arn}.`);
    }
    if (store.find(primary.accountId, region, primary.id) !== undefined) {
      throw new AwsError("AlreadyExistsException", `${arn} already exists.`);
    }
    const replica = replicate(
      store,
      primary,
      {
        region,
        arn,
        description: input.Description ?? "",
        policy: policyFor(call, region, input.Policy),
        tags: withTags(new Map(), input.Tags ?? []),
        usableFromMs: call.nowMs + call.world.replicationDelayMs,
      },
      call.nowMs,
    );
    call.created = replica;
    return {
      ReplicaKeyMetadata: keyMetadata(store, replica, call.nowMs, "creating"),
      ReplicaPolicy: replica.policy,
      ...(replica.tags.size === 0 ? {} : { ReplicaTags: listedTags(replica.tags) }),
    };
  },
);

const updatePrimaryRegion = operation({ KeyId: keyId, PrimaryRegion: regionName }, (call, input) => {
  const primary = primaryKey(call, input.KeyId);
  const { store, primaryChangeDelayMs } = call.world;
  if (input.PrimaryRegion === primary.region) {
    throw validation(`${primary.arn} is already the primary key in ${primary.region}.`);
  }
  const replica = store.find(primary.accountId, input.PrimaryRegion, primary.id);
  if (replica === undefined) {
    throw notFound(`Key '${keyArn(input.PrimaryRegion, primary.accountId, primary.id)}' does not exist`);
  }
  const refusal = stateRefusal(call.operation, replica, keyState(replica, call.nowMs));
  if (refusal !== undefined) throw refusal;
  changePrimary(primary, replica, call.nowMs + primaryChangeDelayMs);
  return {};
});

export const regionOperations: Readonly<Record<string, Operation>> = {
  ReplicateKey: replicateKey,
  UpdatePrimaryRegion: updatePrimaryRegion,
};

/** A replica is refused as such, whatever its state. */
function primaryKey(call: AwsCall, id: string): Key {
  const key = namedKey(call, id);
  if (key.multiRegion !== "primary") throw unsupported(`${key.arn} is not a multi-region primary key.`);
  requireState(call, key);
  return key;
}
