import { randomUUID } from "node:crypto";
import type { KmsEvent } from "../events";
import { given } from "../given";
import type { CompletedRotation } from "../rotation";

/** "Monitor KMS keys with Amazon EventBridge" of the developer guide. */
export function rotationEvent({ key, previousMaterialId, currentMaterialId, atMs }: CompletedRotation): KmsEvent {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "KMS CMK Rotation",
    source: "aws.kms",
    account: key.accountId,
    time: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    region: key.region,
    resources: [key.arn],
    detail: {
      "key-id": key.id,
      "key-origin": key.origin === "external" ? "EXTERNAL" : "AWS_KMS",
      "rotation-type": "ON_DEMAND",
      ...given({ "previous-key-material-id": previousMaterialId }),
      "current-key-material-id": currentMaterialId,
    },
  };
}
