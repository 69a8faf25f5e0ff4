import { isReturning } from "../engine/announcements";
import { assess } from "../engine/assessment";
import type { Lifetime } from "../engine/lifetime";
import { observeMaterial } from "../engine/material-observation";
import type { ByokClient } from "./client";
import { diagnosticOf } from "./diagnose";
import { importedKeyMaterialSchema } from "./imported-key-material-schema";
import { present } from "./known";
import { lifetimeIsKnown, lifetimeOf } from "./material-arguments";
import type { Diagnostic } from "./plugin/diagnostics";
import type { Config } from "./plugin/schema/schema";
import { kindOf, warnings } from "./warning";

/**
 * What is wrong with new material that is to succeed another, as far as its key shows it. This alone of all new material
 * looks at a key in a plan: material that comes after the wrong one is found out before anything else is done.
 *
 * While the key or the material before it is not known, nothing is looked at and nothing refused.
 */
export async function plannedSuccession(
  config: Config<typeof importedKeyMaterialSchema>,
  client: ByokClient,
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const [keyArn, succeeds] = [present(config.key_arn), present(config.succeeds)];
  if (keyArn === undefined || succeeds === undefined || !client.isReachable) return [];
  const { run } = client;
  const lifetime: Lifetime = lifetimeIsKnown(config) ? lifetimeOf(config) : { kind: "forever" };
  const { condition } = await observeMaterial(run, keyArn, undefined, { lifetime, succeeds }, { signal });
  const description = present(config.material_description);
  const assessment = assess({
    wanted: { keyArn, lifetime, succeeds, description, onDeletion: "reimport" },
    condition,
    // Whether the bytes are at hand is for others to say.
    offer: { kind: "later" },
    keyComesBack: isReturning(run, keyArn),
  });
  const { action, problem } = assessment;
  if (action === "refuse" && problem !== undefined) {
    return [diagnosticOf(problem, importedKeyMaterialSchema.attributes)];
  }
  return warnings(kindOf(assessment), keyArn, assessment.warnings);
}
