import { keyRotationFields } from "../src/definitions/key-rotation";
import { keyOfRotationFaults, type KeyRotationValues } from "../src/definitions/key-rotation-rules";
import { kmsProfiles } from "../src/kms/clouds";
import { type Faults, propsFaults } from "./faults";
import type { KeyRotationProps } from "./key-rotation-props";

/** What can be seen to be wrong with a rotation while the app runs. */
export function keyRotationPropsFaults(props: KeyRotationProps): Faults {
  const { kms, keySpec, isReplica } = props.key;
  const profile = kms === undefined ? undefined : kmsProfiles[kms];
  return propsFaults<KeyRotationValues>(keyRotationFields, props, () =>
    keyOfRotationFaults({ profile, keySpec, isReplica }),
  );
}
