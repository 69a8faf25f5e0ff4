import type { Milliseconds } from "./clock";
import { ByokError } from "./errors";
import type { EpochSeconds } from "./instant";
import type { KeyDescription } from "./key";
import type { KmsContext } from "./key-context";
import type { ImportParameters, MaterialImporting, Observed } from "./key-service";
import { settledSince } from "./settling";
import type { WrappingChoice } from "./wrapping-choice";
import { type WrappingKey, wrappingKeyFrom } from "./wrapping-key";

/** Import parameters, checked. */
export interface FreshParameters {
  readonly wrappingKey: WrappingKey;
  /** Opaque, and secret until it is used. */
  readonly token: Buffer;
  /** When the KMS stops taking the token. Absent: it does not say. */
  readonly validTo?: EpochSeconds | undefined;
  /** When the KMS gave them. */
  readonly at: EpochSeconds;
}

/**
 * Asks a KMS for the parameters of an import.
 *
 * @param since When the key was made, see `settledSince`. Undefined: not by this run.
 * @throws ByokError `untrusted_answer` for a key that material must not be wrapped for; what the KMS refuses.
 */
export async function freshParameters(
  context: KmsContext<MaterialImporting>,
  key: Named,
  { algorithm, wrappingKeySpec }: WrappingChoice,
  since: Milliseconds | undefined,
): Promise<FreshParameters> {
  const { service, call } = context;
  const parameters = await settledSince(context, since, () =>
    service.importParameters(key.arn, algorithm, wrappingKeySpec, call),
  );
  checkParameters(parameters, key);
  const { publicKey, token, validTo } = parameters.value;
  return { wrappingKey: wrappingKeyFrom(publicKey, wrappingKeySpec), token, validTo, at: parameters.at };
}

type Named = Pick<KeyDescription, "arn" | "keyId">;

/** The longest token that a KMS is documented to give, with room to spare. */
const longestTokenBytes = 64 * 1024;

/** What a KMS, or someone who poses as one, must not get material wrapped for. */
function checkParameters({ value: parameters, at }: Observed<ImportParameters>, key: Named): void {
  if (parameters.keyArn !== key.arn && parameters.keyArn !== key.keyId) {
    throw new ByokError(
      "untrusted_answer",
      `The KMS gave import parameters for another key than ${key.arn}. Nothing was wrapped. Check the endpoint, and run again.`,
    );
  }
  if (parameters.token.length === 0 || parameters.token.length > longestTokenBytes) {
    throw new ByokError(
      "untrusted_answer",
      `The KMS gave an import token of ${parameters.token.length} bytes for ${key.arn}. Nothing was wrapped. Check the endpoint, and run again.`,
    );
  }
  if (parameters.validTo !== undefined && parameters.validTo <= at) {
    throw new ByokError(
      "untrusted_answer",
      `The KMS gave import parameters for ${key.arn} that had expired when it gave them. Nothing was wrapped. Check the endpoint and any proxy in between, and run again.`,
    );
  }
}
