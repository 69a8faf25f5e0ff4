import { systemClock } from "../../src/system-clock";
import { externalKeyHandler } from "./external-key-handler";
import type { ResourceHandler } from "./handler";
import { importedKeyMaterialHandler } from "./imported-key-material-handler";
import { keyRotationHandler } from "./key-rotation-handler";
import { Session } from "./session";

/**
 * What the serialised providers of byok delegate to. It runs in Pulumi's process for dynamic providers, one for each
 * run of the CLI, so its one session is what the resources of a run share.
 */
const session = new Session({
  clock: systemClock,
  env: process.env,
  baseFolder: process.cwd(),
  print: (line) => console.log(line),
});

export const externalKey: ResourceHandler = externalKeyHandler(session);
export const importedKeyMaterial: ResourceHandler = importedKeyMaterialHandler(session);
export const keyRotation: ResourceHandler = keyRotationHandler(session);
