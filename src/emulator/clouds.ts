import { alibabaSide } from "./alibaba/cloud";
import { awsSide } from "./aws/cloud";
import type { EmulatedCloud, Side } from "./cloud";
import type { Environment } from "./environment";
import { qkmsSide } from "./qkms/cloud";
import type { RequestRates } from "./quotas";
import { joinedVocabulary, requireKnown } from "./vocabulary";
import type { Wire } from "./wire";

/** Every cloud that the emulator speaks as. The first takes the requests that no other claims. */
export const emulatedClouds = [awsSide, alibabaSide, qkmsSide] as const satisfies readonly EmulatedCloud[];

/** How the cloud of a key reports its rotation. Only AWS's keys are rotated. */
export { rotationEvent } from "./aws/rotation-event";

/** What faults, denials and quotas can name. */
export const knownNames = joinedVocabulary(emulatedClouds.map(({ vocabulary }) => vocabulary));

type Known = (typeof emulatedClouds)[number];

type OptionsOf<C extends Known> = NonNullable<Parameters<C["wire"]>[0]["options"]>;

/** What each side can be set to, under the cloud's name. */
export type OptionsByCloud = {
  readonly [C in Known as [OptionsOf<C>] extends [never] ? never : C["name"]]?: OptionsOf<C>;
};

/** The wires, in the order in which they are asked whether a request is theirs. */
export function wiresOf(clouds: readonly EmulatedCloud[], sideOf: (cloud: EmulatedCloud) => Side): readonly Wire[] {
  return [...clouds.slice(1), ...clouds.slice(0, 1)].map((cloud) => cloud.wire(sideOf(cloud)));
}

/** The variables that lead a caller to every cloud's side. @param url of the emulator */
export function environmentAt(url: string, region: string): Environment {
  return Object.assign(
    {},
    ...emulatedClouds.map(({ path, environment }) => environment({ url: `${url}${path}`, region })),
  );
}

/** Ways to throttle that have a name: as AWS does by default, or not at all. */
export const quotaNames = ["aws", "off"] as const;

/** One of them. */
export type QuotaName = (typeof quotaNames)[number];

/** @throws TypeError where a rate is of an operation that is not known */
export function ratesOf({ requestRates }: EmulatedCloud, quotas: QuotaName | RequestRates): RequestRates {
  if (quotas === "aws") return requestRates;
  if (quotas === "off") return {};
  for (const operation of Object.keys(quotas)) requireKnown("operation", operation, knownNames.operations);
  return quotas;
}
