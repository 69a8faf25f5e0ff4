import { checkDeletionWindow } from "../../src/engine/external-key";
import { kindOfNewKey } from "../../src/engine/key-creation";
import type { KeyService } from "../../src/engine/key-service";
import { checkAllowed } from "../../src/engine/key-services";
import { isKeySpec, keySpecs } from "../../src/engine/key-spec";
import { keysOf } from "../../src/engine/table";
import { defaultKms } from "../../src/kms/clouds";
import { checkFailure, failuresOf, withoutValues } from "./failure";
import { keyFields } from "./fields";
import { type CheckResult, isNew } from "./handler";
import { configuredRegion, regionFor } from "./key-region";
import { type KeyArguments, wantedKey } from "./key-state";
import { plainProps, type Props } from "./props";
import type { Request } from "./request";
import { inputsName } from "./resource-name";
import { type Failure, strangers } from "./shape";
import { checkTimeouts } from "./timeouts";

/** What can be seen to be wrong with the arguments of a key, without asking a KMS. */
export function checkKey(request: Request<KeyArguments>, olds: Props, news: Props): CheckResult {
  const { session, args } = request;
  const failures = [
    ...strangers(keyFields, news),
    ...request.failures,
    ...failuresOf("timeouts", () => checkTimeouts(args.timeouts)),
    ...specFailures(args),
    ...(isReplica(request) ? replicaFailures(args) : []),
    ...arnFailures(request),
    ...placeFailures(request, isNew(olds)),
  ];
  const inputs = plainProps(news);
  session.keyHolders.check(inputsName(inputs), args.existingKeyArn);
  return { inputs, failures: withoutValues(failures) };
}

function isReplica({ args, unknown }: Request<KeyArguments>): boolean {
  return args.primaryKeyArn !== undefined || unknown.has("primaryKeyArn");
}

function specFailures({ keySpec }: KeyArguments): readonly Failure[] {
  if (keySpec === undefined || isKeySpec(keySpec)) return [];
  return [{ property: "keySpec", reason: `must be one of ${keysOf(keySpecs).join(", ")}.` }];
}

function replicaFailures(args: KeyArguments): readonly Failure[] {
  return (["keySpec", "keyUsage"] as const)
    .filter((property) => args[property] !== undefined)
    .map((property) => ({ property, reason: "A replica takes this from its primary key. Remove it." }));
}

const arnArguments = { primaryKeyArn: "primary_key_arn", existingKeyArn: "existing_key_arn" } as const;

function arnFailures({ args, run }: Request<KeyArguments>): readonly Failure[] {
  return (["primaryKeyArn", "existingKeyArn"] as const).flatMap((property) =>
    failuresOf(property, () => {
      const [arn, attribute] = [args[property], arnArguments[property]];
      if (arn !== undefined) checkAllowed(run.services.locate(arn, attribute), run.allowed, attribute);
    }),
  );
}

/** What is wrong with the Region, and what the KMS there does not take. */
function placeFailures(request: Request<KeyArguments>, isNewKey: boolean): readonly Failure[] {
  if (request.unknown.has("region") || request.unknown.has("kms")) return [];
  try {
    const service = serviceOf(request, isNewKey);
    return service === undefined ? [] : serviceFailures(request, service);
  } catch (error) {
    return [checkFailure(error, "region")];
  }
}

/** Undefined where nothing says the Region and nothing has to. */
function serviceOf(request: Request<KeyArguments>, isNewKey: boolean): KeyService | undefined {
  const { args, unknown, run } = request;
  // A key that is there has a Region whatever the configuration says, and what is fixed about it is judged by diff. A
  // connection that is not known yet may name one.
  const isOptional = args.region === undefined && (!isNewKey || unknown.has("connection"));
  const region = isOptional ? configuredRegion(request) : regionFor(request);
  return region === undefined ? undefined : run.services.service(args.kms ?? defaultKms, region);
}

function serviceFailures(request: Request<KeyArguments>, service: KeyService): readonly Failure[] {
  const { policy, deletionWindowInDays: days } = request.args;
  return [
    ...failuresOf("policy", () => policy !== undefined && service.profile.checkPolicy(policy)),
    ...failuresOf("deletionWindowInDays", () => days !== undefined && checkDeletionWindow(service, days)),
    ...failuresOf(
      "keySpec",
      () => isReplica(request) || kindOfNewKey(service, wantedKey(request.args, service.region)),
    ),
  ];
}
