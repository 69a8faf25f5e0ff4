import { externalKeyHandler } from "../../../pulumi/provider/external-key-handler";
import { importedKeyMaterialHandler } from "../../../pulumi/provider/imported-key-material-handler";
import { keyRotationHandler } from "../../../pulumi/provider/key-rotation-handler";
import { Session } from "../../../pulumi/provider/session";
import { systemClock } from "../../../src/system-clock";
import type { Provider } from "./methods";

/** The provider in this process, as a process of its own would load it: its memory is empty. */
export function inProcess(
  env: Readonly<Record<string, string>>,
  config: Readonly<Record<string, string>>,
  baseFolder: string,
): Provider {
  const printed: string[] = [];
  const session = new Session({ clock: systemClock, env, baseFolder, print: (line) => printed.push(line) });
  const handlers = {
    ExternalKey: externalKeyHandler(session),
    ImportedKeyMaterial: importedKeyMaterialHandler(session),
    KeyRotation: keyRotationHandler(session),
  };
  handlers.ExternalKey.configure({ config: { get: (key) => config[key] } });
  return {
    methods: (type) => handlers[type],
    printed: () => printed,
    close: async () => session.close(),
  };
}
