import { type MaterialEntry, rotationStates } from "../engine/key";
import type { ValueOf } from "./field";
import type { importedKeyMaterialFields } from "./imported-key-material";

type RotationState = ValueOf<(typeof importedKeyMaterialFields)["rotation_state"]["is"]>;

/** The word of every face for where material stands among those of its key. Undefined where that is not known. */
export function rotationStateOf(state: MaterialEntry["state"] | undefined): RotationState | undefined {
  return state === undefined ? undefined : rotationStates[state];
}
