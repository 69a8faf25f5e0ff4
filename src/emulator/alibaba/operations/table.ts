import type { Operation } from "../operation";
import { ALIAS_OPERATIONS } from "./aliases";
import { ENCRYPTION_OPERATIONS } from "./encryption";
import { IMPORT_OPERATIONS } from "./importing";
import { KEY_OPERATIONS } from "./keys";
import { LIFECYCLE_OPERATIONS } from "./lifecycle";
import { TAG_OPERATIONS } from "./tags";

/** Every operation of KMS that this wire knows, by its name. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...KEY_OPERATIONS,
    ...IMPORT_OPERATIONS,
    ...LIFECYCLE_OPERATIONS,
    ...TAG_OPERATIONS,
    ...ALIAS_OPERATIONS,
    ...ENCRYPTION_OPERATIONS,
  }),
);
