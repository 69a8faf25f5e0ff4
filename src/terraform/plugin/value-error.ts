import type { Path } from "./path";

/**
 * A value that does not fit its type or its encoding. The message never holds the value itself, which may be secret.
 */
export class ValueError extends Error {
  override readonly name = "ValueError";
  /** Where in the value, as far as it is known. */
  readonly path: Path;

  constructor(problem: string, path: Path = []) {
    super(problem);
    this.path = path;
  }
}
