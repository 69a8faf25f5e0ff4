import { keyState } from "../../key";
import { usableKey } from "../call";
import { integer } from "../../aws-json/input";
import { epochSeconds, keyStateNames } from "../metadata";
import { type Operation, operation } from "../operation";
import { keyId } from "./keys";

const dayMs = 86_400_000;
const defaultWindowDays = 30;

const toggle = (enabled: boolean): Operation =>
  operation({ KeyId: keyId }, (call, input) => {
    usableKey(call, input.KeyId).enabled = enabled;
    return {};
  });

const scheduleKeyDeletion = operation(
  { KeyId: keyId, PendingWindowInDays: integer({ min: 7, max: 30 }) },
  (call, input) => {
    const key = usableKey(call, input.KeyId);
    const windowDays = input.PendingWindowInDays ?? defaultWindowDays;
    const waits = key.multiRegion === "primary" && call.world.store.replicas(key).length > 0;
    key.deletion = waits
      ? { kind: "after replicas", windowDays }
      : { kind: "scheduled", atMs: call.nowMs + windowDays * dayMs };
    return {
      KeyId: key.arn,
      ...(key.deletion.kind === "scheduled" ? { DeletionDate: epochSeconds(key.deletion.atMs) } : {}),
      KeyState: keyStateNames[keyState(key, call.nowMs)],
      PendingWindowInDays: windowDays,
    };
  },
);

const cancelKeyDeletion = operation({ KeyId: keyId }, (call, input) => {
  const key = usableKey(call, input.KeyId);
  key.deletion = undefined;
  key.enabled = false;
  return { KeyId: key.arn };
});

export const lifecycleOperations: Readonly<Record<string, Operation>> = {
  EnableKey: toggle(true),
  DisableKey: toggle(false),
  ScheduleKeyDeletion: scheduleKeyDeletion,
  CancelKeyDeletion: cancelKeyDeletion,
};
