import type { Operation } from "../operation";
import { aliasOperations } from "./aliases";
import { encryptionOperations } from "./encryption";
import { importOperations } from "./importing";
import { keyOperations } from "./keys";
import { lifecycleOperations } from "./lifecycle";
import { tagOperations } from "./tags";

/** Every operation of KMS that this wire knows, by its name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...keyOperations,
    ...importOperations,
    ...lifecycleOperations,
    ...tagOperations,
    ...aliasOperations,
    ...encryptionOperations,
  }),
);
