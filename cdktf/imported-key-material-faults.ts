import { importedKeyMaterialFields } from "../src/definitions/imported-key-material";
import { type ImportedKeyMaterialValues, materialFaults } from "../src/definitions/imported-key-material-rules";
import { kmsProfiles } from "../src/kms/clouds";
import { type Faults, propsFaults } from "./faults";
import type { ImportedKeyMaterialProps } from "./imported-key-material-props";

/** What can be seen to be wrong with key material while the app runs, the bytes aside. */
export function importedKeyMaterialPropsFaults(props: ImportedKeyMaterialProps): Faults {
  const { kms, keySpec, isReplica } = props.key;
  const profile = kms === undefined ? undefined : kmsProfiles[kms];
  return propsFaults<ImportedKeyMaterialValues>(importedKeyMaterialFields, props, (written) =>
    materialFaults(written, { profile, keySpec, isReplica }),
  );
}
