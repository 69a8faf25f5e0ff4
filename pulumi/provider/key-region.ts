import { ByokError } from "../../src/engine/errors";
import { defaultKms } from "../../src/kms/clouds";
import type { KeyArguments } from "./key-state";
import type { Request } from "./request";

/** The Region of a key that is yet to be made. Undefined: nothing says it. */
export function configuredRegion({ args, services }: Request<KeyArguments>): string | undefined {
  return args.region ?? services.defaultRegion(args.kms ?? defaultKms);
}

/** @throws ByokError `invalid_argument` where nothing says the Region. */
export function regionFor(request: Request<KeyArguments>): string {
  const region = configuredRegion(request);
  if (region !== undefined) return region;
  throw new ByokError(
    "invalid_argument",
    "No Region is set. Set `region`, or configure one: `pulumi config set byok:region eu-central-1`.",
    { attribute: "region" },
  );
}
