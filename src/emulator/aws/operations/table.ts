import type { Operation } from "../operation";
import { aliasOperations } from "./aliases";
import { dataKeyOperations } from "./data-keys";
import { encryptionOperations } from "./encryption";
import { grantOperations } from "./grants";
import { importOperations } from "./importing";
import { keyAgreementOperations } from "./key-agreement";
import { keyOperations } from "./keys";
import { lifecycleOperations } from "./lifecycle";
import { policyOperations } from "./policies";
import { regionOperations } from "./regions";
import { rotationOperations } from "./rotation";
import { signingOperations } from "./signing";
import { tagOperations } from "./tags";

/** Every operation of AWS KMS that the emulator knows. A Map, so that no name can reach into a prototype. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...keyOperations,
    ...policyOperations,
    ...lifecycleOperations,
    ...importOperations,
    ...rotationOperations,
    ...regionOperations,
    ...tagOperations,
    ...aliasOperations,
    ...encryptionOperations,
    ...dataKeyOperations,
    ...signingOperations,
    ...keyAgreementOperations,
    ...grantOperations,
  }),
);
