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
}

/** Throws `canceled` or `timeout` where the operation must not go on. To be asked before every request. */
export function checkCall({ signal, deadline }: Call = {}): void {
  if (signal?.aborted === true) throw canceled();
  deadline?.check();
}
