import type { Operation } from "../operation";
import { ALIAS_OPERATIONS } from "./aliases";
import { ENCRYPTION_OPERATIONS } from "./encryption";
import { IMPORT_OPERATIONS } from "./importing";
import { KEY_OPERATIONS } from "./keys";
import { LIFECYCLE_OPERATIONS } from "./lifecycle";
import { REGION_OPERATIONS } from "./regions";
import { ROTATION_OPERATIONS } from "./rotation";
import { SIGNING_OPERATIONS } from "./signing";
import { TAG_OPERATIONS } from "./tags";

/** Every operation of AWS KMS that the emulator knows. A Map, so that no name can reach into a prototype. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...KEY_OPERATIONS,
    ...LIFECYCLE_OPERATIONS,
    ...IMPORT_OPERATIONS,
    ...ROTATION_OPERATIONS,
    ...REGION_OPERATIONS,
    ...TAG_OPERATIONS,
    ...ALIAS_OPERATIONS,
    ...ENCRYPTION_OPERATIONS,
    ...SIGNING_OPERATIONS,
  }),
);
