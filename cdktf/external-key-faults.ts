import { externalKeyFields } from "../src/definitions/external-key";
import { externalKeyFaults, type ExternalKeyValues, newReplicaFaults } from "../src/definitions/external-key-rules";
import { misfit } from "../src/definitions/field-faults";
import type { ExternalKeyProps } from "./external-key-props";
import { type Faults, faultIf, propsFaults } from "./faults";
import { known } from "./known";

/** What can be seen to be wrong with a key while the app runs; what only Terraform will know is left to the provider. */
export function externalKeyPropsFaults(props: ExternalKeyProps): Faults {
  const { creationTokenNamespace: namespace } = props;
  return [
    ...propsFaults<ExternalKeyValues>(externalKeyFields, props, (written, clouds) => [
      ...externalKeyFaults(written, clouds),
      ...newReplicaFaults(written, clouds),
    ]),
    ...faultIf(
      namespace !== undefined && known(namespace) === undefined,
      "`creationTokenNamespace` must be known at synthesis, since keys are told apart by it: only Terraform knows this value. Write it in the app.",
    ),
  ];
}

/** What is wrong with a Region in a list of them. */
export function regionFaults(region: string): Faults {
  const problem = misfit(externalKeyFields.region, region);
  return problem === undefined ? [] : [`\`regions\` has ${JSON.stringify(region)}, which ${problem}.`];
}
