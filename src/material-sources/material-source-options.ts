import type { Call } from "../engine/call";
import type { Clock } from "../engine/clock";
import type { KeyMaterial } from "../engine/key-material";
import type { KeyMaterialSource } from "../engine/key-material-source";
import type { SecretStores } from "../engine/secret-store";

/** A source whose bytes come into this process. */
export interface ByteSource extends KeyMaterialSource {
  /** Reads the bytes into memory. Anyone who opens must `destroy` what comes of it. */
  open(call?: Call): Promise<KeyMaterial>;
}

/** What a face knows and a source needs. */
export interface MaterialSourceOptions {
  /** The argument that names the source, in Terraform's spelling, for errors. */
  readonly attribute: string;
  /** Where relative paths start and commands run. Default: the working folder of the process. */
  readonly baseFolder?: string;
  /** Default: the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * The variables that `env:` sources read, and those with PINs, gathered from all sources that are given the same set: no
   * command of an `exec:` source gets them.
   */
  readonly variablesOfMaterial?: Set<string>;
  /** How long a command may take, in milliseconds. Default 30 seconds. */
  readonly commandTimeoutMs?: number;
  /**
   * Where a command's standard error goes. Default `ignore`: what a failing program writes may quote what it handles,
   * and the logs of a face are kept. `inherit` is for a terminal with its user before it.
   */
  readonly commandStderr?: "ignore" | "inherit";
  /** How the child that calls PKCS#11 modules is started. Default: the file of the installed package. */
  readonly pkcs11Child?: readonly [string, ...string[]];
  /** The stores of secrets, with the credentials of the provider. Default: none can be read. */
  readonly secrets?: SecretStores;
  /** Whether a `fingerprint` is configured, so that a store may give no other bytes than those. Default false. */
  readonly isFingerprintConfigured?: boolean;
  /** By which the repetition of a request waits. Default: the clock of this machine. */
  readonly clock?: Clock;
}

/** The most that a source may give, in bytes. The largest key, RSA of 4096 bits in PEM, has 3.3 KB. */
export const largestContentBytes = 64 * 1024;
