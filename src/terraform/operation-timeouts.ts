import { defaultOperationTimeout } from "../engine/operation-timeout";
import { timeouts } from "./plugin/schema/block";

const { duration } = defaultOperationTimeout;

/** The block in which a resource says how long its operations may take. */
export const operationTimeouts = timeouts({ create: duration, read: duration, update: duration, delete: duration });
