import type { Call } from "../engine/call";
import type { Clock } from "../engine/clock";
import type { KeyService } from "../engine/key-service";
import type { Kms, KmsProfile } from "../engine/kms-profile";
import type { Log } from "../engine/log";
import type { ReadSecret, SecretReference } from "../engine/secret-store";
import type { Settings } from "./setting";
import type { Environment, Timeouts } from "../http/surroundings";

/**
 * A cloud with a KMS: all that byok has to know of it, in one value. It is loaded wherever a name or an ARN is to be
 * understood, so that only tables and grammars stand in it; what talks to the KMS is loaded by `connect`.
 */
export interface Cloud {
  /** What `kms` is set to, and the name of the settings in every face. */
  readonly name: Kms;
  /** What the KMS can do, and its title in words. */
  readonly profile: KmsProfile;
  readonly arns: KeyArns;
  readonly settings: CloudSettings;
  /** Its stores of secrets, by the schemes of their sources; no two clouds have the same. Absent: it has none. */
  readonly secretStores?: readonly string[];
  /**
   * Settles how the KMS is reached. Sends nothing: what is wrong with the settings is reported here, the rest by the first
   * request.
   *
   * @param settings The values of `settings.fields`.
   * @throws ByokError `invalid_argument`, `credentials_missing`, `endpoint_not_allowed`
   */
  connect(settings: object, options: ConnectionOptions): Connection;
}

/** How the ARNs of a cloud's keys are recognised and read. */
export interface KeyArns {
  /** Whether a text is meant to be an ARN of this cloud, well-formed or not. No two clouds say so of the same text. */
  areMeant(text: string): boolean;
  /**
   * @param attribute the argument that the text came from, in Terraform's spelling
   * @throws ByokError `invalid_key_arn` for whatever is not the ARN of a key, an alias's ARN too
   */
  read(text: string, attribute: string): KeyOfArn;
  /** The ARN that the same multi-Region key has in another Region. Absent: the KMS has no such keys. */
  inRegion?(keyArn: string, region: string): string;
  /** Within what a key can be replicated, by a Region that is in it. Absent: the KMS has no multi-Region keys. */
  partition?(region: string): string;
  /** Where a key is that is looked up by another name than its own ARN. Absent: keys have no other names. */
  lookup?(name: string): { readonly region?: string };
}

/** What an ARN says of its key. */
export interface KeyOfArn {
  readonly keyId: string;
  /** Absent where the KMS has no Regions. */
  readonly region?: string;
  /** Absent where the ARN does not say. */
  readonly accountId?: string | undefined;
  /** Absent where the KMS has no multi-Region keys. */
  readonly multiRegion?: boolean;
}

/** How a cloud is reached: what every face shows, and where faces differ. */
export interface CloudSettings {
  /** Of the block in Terraform's provider. */
  readonly description: string;
  readonly fields: Settings;
  /** Which keys may be touched can be restricted by these. */
  readonly restrictions: readonly Restriction[];
  /** Default: an object under the cloud's name, with the names that settings have in TypeScript. */
  readonly pulumi?: PulumiSettings;
}

export const restrictions = ["allowed_account_ids", "allowed_regions"] as const;

export type Restriction = (typeof restrictions)[number];

/** Where Pulumi's connection is unlike the table, because it is like that of Pulumi's provider for the cloud. */
export interface PulumiSettings {
  /** Whether the settings lie beside those of other clouds and not in an object of their own. */
  readonly flat: true;
  /** Settings, by their names in Terraform, with other names than in TypeScript. */
  readonly names: Readonly<Record<string, string>>;
  /** Settings that stand in the stack's configuration only, beside those that are secret. */
  readonly configurationOnly: readonly string[];
  /** The configuration of another provider, and which settings it serves as a default for. */
  readonly defaultsFrom: { readonly namespace: string; readonly settings: readonly string[] };
}

/** What a connection has around it. */
export interface ConnectionOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Default `process.env`. */
  readonly env?: Environment;
  readonly timeouts?: Partial<Timeouts>;
}

/** A cloud's KMS in every Region, with one set of credentials. */
export interface Connection {
  /** The Region in force where none is named; empty where the KMS has no Regions, absent where none is set. */
  readonly defaultRegion?: string;
  /**
   * The KMS of a Region, the same object for the same Region.
   *
   * @throws ByokError `invalid_argument` on `region` where no Region is named or set, or the KMS has none
   */
  service(region?: string): KeyService;
  /** One request to one of `secretStores`. Absent: the cloud has none. @throws as `SecretStores.read` does. */
  readSecret?(store: string, secret: SecretReference, call: Call): Promise<ReadSecret>;
  /** Closes connections. */
  destroy(): void;
}
