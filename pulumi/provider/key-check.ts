import { externalKeyFields } from "../../src/definitions/external-key";
import { misfit } from "../../src/definitions/field-faults";
import { checkAllowed } from "../../src/engine/key-services";
import { isNoRegionName, type KmsProfile } from "../../src/engine/kms-profile";
import { keysOf } from "../../src/engine/table";
import { defaultKms, type KmsName, kmsProfiles } from "../../src/kms/clouds";
import { keyFailures } from "./argument-failures";
import { checkFailure, failuresOf, withoutValues } from "./failure";
import { keyFields } from "./fields";
import { type CheckResult, isNew } from "./handler";
import { configuredRegion, regionFor } from "./key-region";
import type { KeyArguments } from "./key-state";
import { plainProps, type Props } from "./props";
import type { Request } from "./request";
import { inputsName } from "./resource-name";
import { type Failure, strangers } from "./shape";
import { checkTimeouts } from "./timeouts";

/** What can be seen to be wrong with the arguments of a key, without asking a KMS. */
export function checkKey(request: Request<KeyArguments>, olds: Props, news: Props): CheckResult {
  const { session, args } = request;
  const place = placeOf(request, isNew(olds));
  const failures = [
    ...strangers(keyFields, news),
    ...request.failures,
    ...failuresOf("timeouts", () => checkTimeouts(args.timeouts)),
    ...arnFailures(request),
    ...place.failures,
    ...keyFailures(request, place.profile, request.run.ignoredTags),
  ];
  const inputs = plainProps(news);
  session.keyHolders.check(inputsName(inputs), args.existingKeyArn);
  return { inputs, failures: withoutValues(failures) };
}

const arnArguments = { primaryKeyArn: "primary_key_arn", existingKeyArn: "existing_key_arn" } as const;

function arnFailures({ args, run }: Request<KeyArguments>): readonly Failure[] {
  return keysOf(arnArguments).flatMap((property) =>
    failuresOf(property, () => {
      const [arn, attribute] = [args[property], arnArguments[property]];
      if (arn !== undefined) checkAllowed(run.services.locate(arn, attribute), run.allowed, attribute);
    }),
  );
}

/** What the KMS in the key's Region can do, where it is known, and what is wrong with the Region. */
interface Place {
  readonly profile?: KmsProfile;
  readonly failures: readonly Failure[];
}

function placeOf(request: Request<KeyArguments>, isNewKey: boolean): Place {
  const { args, unknown, run } = request;
  if (unknown.has("region") || unknown.has("kms")) return { failures: [] };
  // Its field, or the rule about names of Regions, says what is wrong with it.
  const kms = args.kms ?? defaultKms;
  if (args.region !== undefined && isNoRegion(kms, args.region)) return { failures: [] };
  // A key that is there has a Region whatever the configuration says, and what is fixed about it is judged by diff. A
  // connection that is not known yet may name one.
  const isOptional = args.region === undefined && (!isNewKey || unknown.has("connection"));
  try {
    const region = isOptional ? configuredRegion(request) : regionFor(request);
    if (region === undefined) return { failures: [] };
    return { profile: run.services.service(kms, region).profile, failures: [] };
  } catch (error) {
    return { failures: [checkFailure(error, "region")] };
  }
}

function isNoRegion(kms: KmsName, region: string): boolean {
  return misfit(externalKeyFields.region, region) !== undefined || isNoRegionName(kmsProfiles[kms], region);
}
