import { type IResolvable, Token } from "./core";

/**
 * A value that is known while the app runs; undefined for what Terraform will know later. A text with `${` in it is an
 * expression, token or not.
 */
export function known<T extends string | number | boolean>(value: T | IResolvable | undefined): T | undefined {
  if (value === undefined || isResolvable(value) || Token.isUnresolved(value)) return undefined;
  return typeof value === "string" && value.includes("${") ? undefined : value;
}

function isResolvable(value: string | number | boolean | IResolvable): value is IResolvable {
  return typeof value === "object";
}
