import { ByokError } from "../../engine/errors";
import { isNoRegionName } from "../../engine/kms-profile";
import { alibabaProfile } from "./profile";
import type { Environment } from "../../http/surroundings";
import type { CliProfile } from "./cli-profile";
import type { AlibabaSettings } from "./settings";

/** The Region in force where a key does not say its own. Undefined: none is set anywhere. */
export function defaultRegion(
  settings: AlibabaSettings,
  env: Environment,
  profile: CliProfile | undefined,
): string | undefined {
  const region =
    settings.region ?? (env["ALIBABA_CLOUD_REGION"] || env["ALIBABA_CLOUD_REGION_ID"] || profile?.regionId);
  return region === undefined || region === "" ? undefined : checkRegion(region);
}

/** @throws ByokError `invalid_argument` on `region` where there is none, or what there is cannot be a Region's name. */
export function checkRegion(region: string | undefined): string {
  if (region === undefined) {
    throw new ByokError(
      "invalid_argument",
      "No Alibaba Cloud Region is set. Set `region` in the configuration, ALIBABA_CLOUD_REGION in the environment, or the Region of the CLI's profile.",
      { attribute: "region" },
    );
  }
  // The name becomes part of a host's name.
  if (isNoRegionName(alibabaProfile, region)) {
    throw new ByokError("invalid_argument", "`region` must be a Region name, such as cn-hangzhou. Correct it.", {
      attribute: "region",
    });
  }
  return region;
}
