import { respelled } from "./failure";

// Messages for the user. A dynamic provider cannot attach them to a resource, so they are printed, and Pulumi shows them
// under its diagnostics.

/** What will happen to the key or its material, and why. */
export function planNotice(keyArn: string, what: string, reason: string): string {
  return `byok: ${keyArn}: ${what}: ${respelled(reason)}.`;
}

/** @param keyArn The key that the warnings are about. Undefined: they name it themselves. */
export function warningNotices(warnings: readonly string[], keyArn?: string): readonly string[] {
  const about = keyArn === undefined ? "" : `${keyArn}: `;
  return warnings.map((warning) => `byok: warning: ${about}${respelled(warning)}`);
}
