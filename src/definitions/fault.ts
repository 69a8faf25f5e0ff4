import { ByokError, type ErrorCode } from "../engine/errors";

/** What is wrong with one argument of a configuration. */
export interface Fault {
  /** The argument, in Terraform's spelling. */
  readonly attribute: string;
  /** Of a map, the key at fault. */
  readonly key?: string;
  readonly code: ErrorCode;
  /** For faces that have titles, in title case. Default: one made of the code. */
  readonly title?: string;
  /** What is wrong and what to do, in sentences. Arguments stand between backticks, in Terraform's spelling. */
  readonly message: string;
}

/** What a configuration says, as far as it is known. A value that is not known makes no fault. */
export interface Written<V> {
  /** The values that are known, by name in camel case. What of a map is not known yet is empty text. */
  readonly args: V;
  /** The names, in camel case, of what is not known yet, wholly or in part. */
  readonly unknown: ReadonlySet<string>;
  /** The names, in camel case, of what will have a value for certain, known or not. */
  readonly set: ReadonlySet<string>;
}

/** The fault that a check finds by throwing; none where it throws nothing. */
export function faultsOf(attribute: string, check: () => unknown): readonly Fault[] {
  try {
    check();
    return [];
  } catch (thrown) {
    const { code, rawMessage, attribute: named } = ByokError.from(thrown);
    return [{ attribute: named ?? attribute, code, message: rawMessage }];
  }
}

/** A fault of an argument's value, where a condition holds. */
export function faultIf(condition: boolean, attribute: string, message: string, title?: string): readonly Fault[] {
  if (!condition) return [];
  return [{ attribute, code: "invalid_argument", message, ...(title === undefined ? {} : { title }) }];
}
