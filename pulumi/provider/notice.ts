import { respelled } from "./failure";

// What the user is informed beside the answers. A dynamic provider can attach nothing to a resource, so it is printed, and
// Pulumi shows it under its diagnostics.

/** What is to become of the key or the material of a key, and why. */
export function planNotice(keyArn: string, what: string, reason: string): string {
  return `byok: ${keyArn}: ${what}: ${respelled(reason)}.`;
}

/** @param keyArn The key that the warnings are about. Undefined: they say it themselves. */
export function warningNotices(warnings: readonly string[], keyArn?: string): readonly string[] {
  const about = keyArn === undefined ? "" : `${keyArn}: `;
  return warnings.map((warning) => `byok: warning: ${about}${respelled(warning)}`);
}
