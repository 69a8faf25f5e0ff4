import { ByokError, type ErrorCode } from "../../src/engine/errors";
import { pulumiName } from "./fields";
import { plainProps, type Props, providerProperty } from "./props";
import type { Failure } from "./shape";

/** What to do in Pulumi, in addition to the engine's message. */
const advice: Partial<Record<ErrorCode, string>> = {
  key_conflict: "With Pulumi, `existingKeyArn` takes over an existing key.",
  key_not_found: "`pulumi refresh` reads the key again.",
  wrong_predecessor: "With Pulumi, `existingKeyMaterialId` takes over material that the key has already.",
  material_missing: "Set `keyMaterial` or `keyMaterialSource`.",
};

/** A message of the engine with its arguments as they are called in Pulumi. */
export function respelled(message: string): string {
  return message.replace(/`([a-z]+(?:_[a-z]+)+)`/g, (_whole, name: string) => `\`${pulumiName(name)}\``);
}

function messageOf(error: ByokError): string {
  const more = advice[error.code];
  return respelled(more === undefined ? error.message : `${error.message} ${more}`);
}

/** What a provider's methods throw. Without a stack: Pulumi prints that to the user, who can do nothing with it. */
export class ProviderError extends Error {
  override readonly name = "byok";

  constructor(message: string) {
    super(message);
    this.stack = "";
  }
}

export function providerError(thrown: unknown): ProviderError {
  return thrown instanceof ProviderError ? thrown : new ProviderError(messageOf(ByokError.from(thrown)));
}

/** A failed check, on the argument that the error names, or on the one given where it names none. */
export function checkFailure(thrown: unknown, property: string): Failure {
  const error = ByokError.from(thrown);
  return { property: error.attribute === undefined ? property : pulumiName(error.attribute), reason: messageOf(error) };
}

/** What is wrong by a check that throws: on the argument that its error names, or on the one given here. */
export function failuresOf(property: string, check: () => unknown): readonly Failure[] {
  try {
    check();
    return [];
  } catch (error) {
    return [checkFailure(error, property)];
  }
}

/**
 * Failures as Pulumi's engine may have them. It prints the value of the property that a failure names, secret or not, and
 * key material may stand in any of them: malformed, beside a fingerprint of other bytes, or where it does not belong. So
 * the property is named by the reason, and by that alone. What is found twice is reported once.
 */
export function withoutValues(failures: readonly Failure[]): Failure[] {
  const reasons = failures.map(({ property, reason }) => named(`\`${property}\``, reason));
  return [...new Set(reasons)].map((reason) => ({ property: "", reason }));
}

/** Some reasons go on from the name, "must be text", and some have it themselves. */
function named(name: string, reason: string): string {
  if (reason.includes(name)) return reason;
  return /^[a-z]/.test(reason) ? `${name} ${reason}` : `${name}: ${reason}`;
}

/**
 * What Pulumi takes as "there, but not as it should be": it keeps the resource with these properties, and the next up
 * updates it. The user reads the reasons.
 */
export class PartialFailure extends ProviderError {
  readonly id: string;
  readonly reasons: readonly string[];
  readonly properties: Props;

  constructor(id: string, error: ByokError, outs: Props, inputs: Props) {
    const reason = `${messageOf(error)} ${id} is in the state, and the next \`pulumi up\` continues from here.`;
    super(reason);
    this.id = id;
    this.reasons = [reason];
    // Without the provider's text the resource could never be refreshed or deleted.
    this.properties = { ...plainProps(outs), [providerProperty]: inputs[providerProperty] };
  }
}
