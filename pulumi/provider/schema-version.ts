import { defined } from "../../src/engine/defined";
import { ByokError } from "../../src/engine/errors";
import { isProps, type Props } from "./props";

/** The version of what these resources keep in the state, in `schemaVersion`. */
export const schemaVersion = 2;

/** What makes outputs of each version, from the first on, into such of the next. */
type Migrations = readonly ((outs: Props) => Props)[];

/** Outputs of a key as some version of byok wrote them, as this version reads them. */
export function migratedKey(outs: Props): Props {
  return migrated(outs, [keyWithoutItsMaterial]);
}

/** The same for material. */
export function migratedMaterial(outs: Props): Props {
  return migrated(outs, [withoutSeenId]);
}

/** The same for a rotation. */
export function migratedRotation(outs: Props): Props {
  return migrated(outs, []);
}

/** @throws ByokError `invalid_argument` for outputs of a later version. */
function migrated(outs: Props, migrations: Migrations): Props {
  const version = outs["schemaVersion"] ?? schemaVersion;
  if (typeof version === "number" && version <= schemaVersion) {
    return migrations.slice(version - 1).reduce((older, migration) => migration(older), outs);
  }
  throw new ByokError(
    "invalid_argument",
    `The state was written by a later version of byok (its schema has the version ${JSON.stringify(version)}, this byok knows ${schemaVersion}). Install that version of the package byok.`,
  );
}

/**
 * The first version showed what a key's material changes. Its `enabled` stood there whether it was an argument or not,
 * except for a key in whose state nothing else shows it.
 */
function keyWithoutItsMaterial({ keyState, validTo: _validTo, enabled, ...outs }: Props): Props {
  const record = isProps(outs["record"]) ? outs["record"] : {};
  const isSeen = keyState === "Enabled" || keyState === "Disabled";
  return {
    ...outs,
    ...defined({ enabled: isSeen ? undefined : enabled }),
    record: { ...record, state: keyState },
  };
}

/** The first version kept the id of material that it had merely seen as if an import of its own had been answered with it. */
function withoutSeenId(outs: Props): Props {
  const { record } = outs;
  if (!isProps(record) || record["verified"] === true) return outs;
  const { materialId: _seen, ...rest } = record;
  return { ...outs, record: rest };
}

/** Whether these are outputs of a resource that is in the state, and not the arguments of a mere lookup. */
export function isRecorded(props: Props): boolean {
  return props["schemaVersion"] !== undefined;
}
