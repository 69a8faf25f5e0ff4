import type { Milliseconds } from "./clock";
import type { Deadline } from "./deadline";
import { canceled } from "./errors";

/** What goes along with every call that may take time. */
export interface Call {
  /** Stops the operation between two requests. */
  readonly signal?: AbortSignal | undefined;
  /** The time that is left for the operation. None: no bound of its own. */
  readonly deadline?: Deadline | undefined;
  /** Goes ahead of others in the queue for a quota: its key is dead. Default false. */
  readonly urgent?: boolean | undefined;
  /**
   * An answer about a key that is at most this old does as well: of the looks at one key by several resources. Nothing that
   * writes asks so. Default: none does.
   */
  readonly recent?: Milliseconds | undefined;
}

/** How old an answer may be that the looks of one key's resources share. */
export const sharedLook: Milliseconds = 5_000;

/** Throws `canceled` or `timeout` where the operation must not go on. To be asked before every request. */
export function checkCall({ signal, deadline }: Call = {}): void {
  if (signal?.aborted === true) throw canceled();
  deadline?.check();
}
