import type { Kms, KmsProfile } from "../engine/kms-profile";
import { alibabaCloud } from "./alibaba/cloud";
import { awsCloud } from "./aws/cloud";
import type { Cloud, KeyOfArn } from "./cloud";
import { qkmsCloud } from "./qkms/cloud";

/** Every cloud that byok knows. A new one is a folder beside this file and a word here. */
export const clouds = [awsCloud, alibabaCloud, qkmsCloud] as const satisfies readonly Cloud[];

export type KnownCloud = (typeof clouds)[number];

/** What `kms` can be set to. */
export type KmsName = KnownCloud["name"];

/** The cloud that is meant where nothing says which: no `kms` is set, or a text is no other cloud's ARN. */
export const defaultCloud = awsCloud;

export const defaultKms = defaultCloud.name;

export const kmsNames = clouds.map(({ name }) => name);

/** The names as people read them: "`aws`, `alibaba` or `qkms`". */
export const kmsNamesInWords = kmsNames
  .map((name) => `\`${name}\``)
  .join(", ")
  .replace(/, ([^,]*)$/, " or $1");

/** What each KMS can do. */
export const kmsProfiles: Readonly<Record<KmsName, KmsProfile>> = byName(({ profile }) => profile);

export function isKms(text: string): text is KmsName {
  return clouds.some(({ name }) => name === text);
}

/** The cloud of a name; undefined where none has it. */
export function cloudNamed<C extends Cloud>(name: Kms, among: readonly C[]): C | undefined {
  return among.find((cloud) => cloud.name === name);
}

/** The cloud that a key's ARN is meant to be of. What is no ARN at all is recognized by what those of the default look like. */
export function cloudOfArn<C extends Cloud>(text: string, among: readonly C[]): C | typeof defaultCloud {
  return among.find(({ arns }) => arns.areMeant(text)) ?? defaultCloud;
}

/** @throws ByokError `invalid_key_arn`, naming the argument, where the text is no key's ARN. */
export function keyOfArn(
  keyArn: string,
  attribute = "key_arn",
): { readonly kms: KmsName } & Omit<KeyOfArn, "accountId"> {
  const { name: kms, arns } = cloudOfArn<KnownCloud>(keyArn, clouds);
  const { accountId: _account, ...key } = arns.read(keyArn, attribute);
  return { kms, ...key };
}

/** The KMS that a key's ARN names. @throws as {@link keyOfArn}. */
export function kmsOfArn(keyArn: string, attribute: string): KmsName {
  return keyOfArn(keyArn, attribute).kms;
}

/** A table with a row for each cloud. */
function byName<T>(row: (cloud: Cloud) => T): Readonly<Record<KmsName, T>>;
function byName(row: (cloud: Cloud) => unknown): object {
  return Object.fromEntries(clouds.map((cloud) => [cloud.name, row(cloud)]));
}
