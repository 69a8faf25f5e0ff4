import { usableKey } from "../call";
import { AlibabaError } from "../errors";
import { integer } from "../input";
import { type Operation, operation } from "../operation";
import { keyId } from "./keys";

const dayMs = 86_400_000;
const defaultWindowDays = 30;

const toggle = (enabled: boolean): Operation =>
  operation({ KeyId: keyId }, (call, input) => {
    usableKey(call, input.KeyId).enabled = enabled;
    return {};
  });

export const lifecycleOperations: Readonly<Record<string, Operation>> = {
  EnableKey: toggle(true),
  DisableKey: toggle(false),
  ScheduleKeyDeletion: operation({ KeyId: keyId, PendingWindowInDays: integer(7, 366) }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    if (key.wireFacts?.["deletionProtection"] === "Enabled") throw new AlibabaError("Rejected.DeletionProtection");
    const windowDays = input.PendingWindowInDays ?? defaultWindowDays;
    key.deletion = { kind: "scheduled", atMs: call.nowMs + windowDays * dayMs };
    return {};
  }),
  CancelKeyDeletion: operation({ KeyId: keyId }, (call, input) => {
    const key = usableKey(call, input.KeyId);
    key.deletion = undefined;
    key.enabled = true;
    return {};
  }),
};
