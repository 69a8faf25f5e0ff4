import type { MaterialEntry } from "../engine/key";
import type { ValueOf } from "./field";
import type { importedKeyMaterialFields } from "./imported-key-material";

type RotationState = ValueOf<(typeof importedKeyMaterialFields)["rotation_state"]["is"]>;

const words = {
  CURRENT: "current",
  NON_CURRENT: "former",
  PENDING_ROTATION: "pending_rotation",
  PENDING_MULTI_REGION_IMPORT_AND_ROTATION: "pending_multi_region_import_and_rotation",
} as const satisfies Record<MaterialEntry["state"], RotationState>;

/** The word of every face for where material stands among those of its key. Undefined where that is not known. */
export function rotationStateOf(state: MaterialEntry["state"] | undefined): RotationState | undefined {
  return state === undefined ? undefined : words[state];
}
