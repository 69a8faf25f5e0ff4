import type { Call } from "./call";
import type { KeyService, KmsIdentity } from "./key-service";
import { checkAllowed, type KeyLocation } from "./key-services";
import type { Run } from "./run";

/**
 * What goes along with all work at one KMS: the run, the KMS, and how the operation may go on. Made once, where an
 * operation begins; whatever works with another deadline or urgency derives its own (`withCall`).
 *
 * `S` is the port that the work needs, see key-service.ts: a function that takes `KmsContext<KeyReading>` can change no
 * key.
 */
export interface KmsContext<S = KeyService> {
  readonly run: Run;
  readonly service: KmsIdentity & S;
  readonly call: Call;
}

/** The same for work on one key. */
export interface KeyContext<S = KeyService> extends KmsContext<S> {
  readonly keyArn: string;
}

/**
 * The context of an operation on a key, once the configuration allows the key.
 *
 * @param attribute The argument that names the key.
 * @throws ByokError `invalid_key_arn`, `account_not_allowed`, `region_not_allowed`, naming the argument.
 */
export function keyContext(run: Run, keyArn: string, attribute: string, call: Call): LocatedKeyContext {
  const location = run.services.locate(keyArn, attribute);
  checkAllowed(location, run.allowed, attribute);
  return { run, service: run.services.service(location.kms, location.region), keyArn, call, location };
}

/** With what the ARN says of where the key is. */
export interface LocatedKeyContext<S = KeyService> extends KeyContext<S> {
  readonly location: KeyLocation;
}

/** The same work for another key of the same KMS. */
export function ofKey<S>({ run, service, call }: KmsContext<S>, keyArn: string): KeyContext<S> {
  return { run, service, call, keyArn };
}

/**
 * The same work with another deadline, signal or urgency.
 *
 * @param call `{}`: nothing cancels it, and it has no deadline.
 */
export function withCall<C extends KmsContext<unknown>>(context: C, call: Call): C {
  return { ...context, call };
}
