import { keyOfArn } from "../kms/clouds";

/** The Region and the id: enough to tell keys apart at a glance. */
export function shortArn(arn: string): string {
  const key = arn.slice(arn.lastIndexOf("/") + 1);
  const { region } = keyOfArn(arn);
  return region === undefined ? key : `${region} ${key}`;
}
