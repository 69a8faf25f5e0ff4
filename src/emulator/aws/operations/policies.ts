import { namedKey, usableKey } from "../call";
import { validation } from "../../aws-json/errors";
import { flag, integer, required, text } from "../../aws-json/input";
import { page } from "../../aws-json/paging";
import { type Operation, operation } from "../operation";
import { policyFor, policyText } from "../policy";
import { keyId } from "./keys";

export const policyOperations: Readonly<Record<string, Operation>> = {
  GetKeyPolicy: operation(
    { KeyId: keyId, PolicyName: text() },
    (call, input) => ({ Policy: namedKey(call, input.KeyId).policy, PolicyName: checkedPolicyName(input.PolicyName) }),
    "reads",
  ),
  PutKeyPolicy: operation(
    { KeyId: keyId, PolicyName: text(), Policy: required(policyText), BypassPolicyLockoutSafetyCheck: flag() },
    (call, input) => {
      checkedPolicyName(input.PolicyName);
      const key = usableKey(call, input.KeyId);
      key.policy = policyFor(call, key.region, input.Policy);
      return {};
    },
  ),
  ListKeyPolicies: operation(
    { KeyId: keyId, Limit: integer({ min: 1, max: 1000 }), Marker: text() },
    (call, input) => {
      namedKey(call, input.KeyId);
      const { shown, end } = page(["default"], (name) => name, input, 100);
      return { PolicyNames: shown, ...end };
    },
    "reads",
  ),
};

function checkedPolicyName(name: string | undefined): string {
  if (name !== undefined && name !== "default") throw validation(`Policy name ${name} is not "default".`);
  return "default";
}
