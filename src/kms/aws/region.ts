import { ByokError } from "../../engine/errors";
import { isNoRegionName } from "../../engine/kms-profile";
import { awsProfile } from "./profile";
import type { SharedConfig } from "./shared-config";
import type { Environment } from "../../http/surroundings";
import type { AwsSettings } from "./settings";

/** The Region in force where a key does not say its own. Undefined: none is set anywhere. */
export function defaultRegion(settings: AwsSettings, env: Environment, shared: SharedConfig): string | undefined {
  const region = settings.region ?? (env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || shared.profile["region"]);
  return region === undefined || region === "" ? undefined : checkRegion(region);
}

/** @throws ByokError `invalid_argument` on `region` where there is none, or what there is cannot be a Region's name. */
export function checkRegion(region: string | undefined): string {
  if (region === undefined) {
    throw new ByokError(
      "invalid_argument",
      "No AWS Region is set. Set `region` in the configuration, AWS_REGION in the environment, or `region` in the profile of the shared configuration file.",
      { attribute: "region" },
    );
  }
  // The name becomes part of a host's name.
  if (isNoRegionName(awsProfile, region)) {
    throw new ByokError("invalid_argument", "`region` must be a Region name, such as eu-central-1. Correct it.", {
      attribute: "region",
    });
  }
  return region;
}
