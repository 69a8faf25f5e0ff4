import { ByokError } from "../../src/engine/errors";
import type { Run } from "../../src/engine/run";
import type { ConnectedKeyServices } from "../../src/kms/key-services";
import { type Connection, connectionOf } from "./connection";
import { withoutValues } from "./failure";
import type { Props } from "./props";
import { inputsName, stateName } from "./resource-name";
import type { Session } from "./session";
import { type ArgumentsOf, type Failure, type Fields, readArguments } from "./shape";

/** One request of Pulumi's engine about one resource: what its arguments say, and what answers it. Made once for each. */
export interface Request<Args> {
  /** What passes from this request to others of the same run. */
  readonly session: Session;
  /** How the resource's KMS is reached: its own argument, and for the rest the stack's configuration. */
  readonly connection: Connection;
  readonly services: ConnectedKeyServices;
  readonly run: Run;
  /** What is set, known and of the right shape. */
  readonly args: Args;
  /** The names of arguments that are not known yet, wholly or in part. */
  readonly unknown: ReadonlySet<string>;
  /** What is wrong with the shape of the arguments or with the stack's configuration. */
  readonly failures: readonly Failure[];
}

/** The request that the properties of a check make. Nothing is connected by it. */
export function requestOf<F extends Fields>(session: Session, fields: F, props: Props): Request<ArgumentsOf<F>> {
  const { args, unknown, failures } = readArguments(fields, props);
  const { connection, failures: misconfigured } = connectionOf(props["connection"], session.config);
  const { run, services } = session.connected(connection);
  return { session, connection, services, run, args, unknown, failures: [...failures, ...misconfigured] };
}

/**
 * The request that properties make which have been checked, or stand in the state. No check goes before a refresh or a
 * destroy, and what a connection forbids must not be open because it cannot be read.
 *
 * @throws ByokError `invalid_argument` where the connection cannot be read, be it in the stack's configuration.
 */
export function checkedRequestOf<F extends Fields>(session: Session, fields: F, props: Props): Request<ArgumentsOf<F>> {
  const request = requestOf(session, fields, props);
  const unreadable = request.failures.filter(({ property }) => /^connection\b/.test(property));
  if (unreadable.length === 0) return request;
  throw new ByokError(
    "invalid_argument",
    withoutValues(unreadable)
      .map(({ reason }) => reason)
      .join(" "),
  );
}

/** A resource as the state has it. */
export interface Standing {
  readonly id: string;
  /** Its outputs, in the form of this version of byok. */
  readonly outs: Props;
  /** See `stateName`. */
  readonly name: string;
}

export function standing(id: string, outs: Props): Standing {
  return { id, outs, name: stateName(id, outs) };
}

/** What check made of a resource's arguments. */
export interface Inputs {
  readonly props: Props;
  /** See `inputsName`. */
  readonly name: string;
}

export function inputsOf(props: Props): Inputs {
  return { props, name: inputsName(props) };
}
