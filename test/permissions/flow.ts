import type { ByokError } from "../../src/engine/errors";
import type { KeyState } from "../../src/engine/key";
import type { KeyRecord } from "../../src/engine/key-record";
import type { MaterialRecord } from "../../src/engine/material-record";
import type { Run } from "../../src/engine/run";
import type { KmsName as Kms } from "../../src/kms/clouds";
import type { Cloud, CloudLife } from "./clouds";

export const roles = ["creator", "importer", "rotator", "auditor", "destroyer"] as const;

export type Role = (typeof roles)[number];

/** A KMS in which something is to happen. */
export interface Scene {
  readonly cloud: Cloud;
  readonly life: CloudLife;
  /** Of somebody who may do everything. */
  readonly free: Run;
}

/** What was there before the flow. */
export interface Given {
  readonly key?: KeyRecord;
  /** Made with what the key held; it must open at the end if it opens in an undisturbed run. */
  readonly ciphertext?: string;
  readonly material?: MaterialRecord;
  readonly bytes?: Buffer;
  readonly successor?: Successor;
}

/** Material that is to succeed another one of its key. */
export interface Successor {
  readonly keyArn: string;
  readonly bytes: Buffer;
  /** The id of the one before. */
  readonly succeeds: string;
  /** Where it was imported already. */
  readonly material?: MaterialRecord;
}

/** What came of a flow. An error that it threw is none of it. */
export interface Done {
  readonly key?: KeyRecord | undefined;
  readonly material?: MaterialRecord | undefined;
  readonly warnings?: readonly string[];
  readonly error?: ByokError | undefined;
  /** What was read off the KMS, in words that can be compared. */
  readonly saw?: string;
}

/** Something that a user of byok does, from the state that it takes up to its end. */
export interface Flow {
  readonly title: string;
  readonly role: Role;
  /** Default: everywhere. */
  readonly on?: readonly Kms[];
  /** True where not one write may be made. Default false. */
  readonly readsOnly?: boolean;
  /** Permissions that may be missing: the flow succeeds, and what it could not do is reported. */
  readonly bears?: Readonly<Partial<Record<Kms, readonly string[]>>>;
  /** True where the flow was asked to delete key material. Default false. */
  readonly deletesMaterial?: boolean;
  /** States that a key may be left in until the flow is repeated, beside those at its beginning and its end. */
  readonly passing?: readonly KeyState[];
  /** What another resource of the same configuration does in the same run. */
  readonly afterwards?: (scene: Scene, given: Given) => Promise<void>;
  readonly prepare?: (scene: Scene) => Promise<Given>;
  /** @param earlier What a first attempt came to, where there was one. */
  readonly act: (scene: Scene, run: Run, given: Given, earlier: Done | undefined) => Promise<Done>;
}
