import { ByokError } from "../../src/engine/errors";

/** The ByokError that a run ends with. Anything else fails the test. */
export function thrown(run: () => unknown): ByokError {
  try {
    run();
  } catch (error) {
    if (error instanceof ByokError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

export async function rejected(promise: Promise<unknown>): Promise<ByokError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ByokError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

/** The code of the ByokError that a run ends with, or `none`. Anything else fails the test. */
export function codeOf(run: () => unknown): string {
  try {
    run();
    return "none";
  } catch (error) {
    if (error instanceof ByokError) return error.code;
    throw error;
  }
}
