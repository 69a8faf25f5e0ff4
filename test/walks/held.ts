import type { MaterialDeclared, Repository } from "./repository";
import type { Held } from "./tool";

/** The key of the configuration that has this ARN. */
export function roleOf({ keys }: Repository, held: readonly Held[], arn: string): string | undefined {
  const name = held.find((one) => one.kind === "key" && one.arn === arn)?.name;
  return [...keys].find(([, { address }]) => address === name)?.[0];
}

/** Whether the state says of material that it is in the key with this ARN. */
export function isHeld(held: readonly Held[], { address }: MaterialDeclared, keyArn: string | undefined): boolean {
  return held.some(({ kind, name, arn }) => kind === "material" && name === address && arn === keyArn);
}
