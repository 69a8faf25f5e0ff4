import type { KmsName as Kms } from "../../src/kms/clouds";
import type { Cloud } from "./cloud";

/** What a configuration asks of one key and its material. The bytes, the creation token and `deletion_policy` are fixed. */
export interface Wanted {
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Absent: not managed. */
  readonly enabled?: boolean;
  /** Whether the service's policy is managed. */
  readonly policy?: boolean;
  readonly validForDays: number;
  /** Materials that succeed the first one, each of them the one before. Default: none. */
  readonly successors?: readonly Successor[];
  /** Whether the key has a replica in another Region, with the same materials. Default: false. */
  readonly replicated?: boolean;
}

/** Material that succeeds another one of its key. */
export interface Successor {
  /** Of the resource, and of the file with its bytes. */
  readonly name: SuccessorName;
  /** Whether the key is to be rotated to it. */
  readonly rotated: boolean;
}

export const successorNames = ["second", "third"] as const;
export type SuccessorName = (typeof successorNames)[number];

/** The file with the bytes of a successor, beside that of the first material. */
export function successorFile(materialFile: string, name: SuccessorName): string {
  return `${materialFile}-${name}`;
}

/** What others do to the key. */
export type Meanwhile = (cloud: Cloud, keyArn: string) => void | Promise<void>;

/** One way of life of a key, whose last step is disturbed. */
export interface Flow {
  readonly name: string;
  /** What is applied before, one after the other, and what others do in between. None: there is no key yet. */
  readonly before: readonly (Wanted | Meanwhile)[];
  /** What happens to the key meanwhile. */
  readonly meanwhile?: Meanwhile;
  /** What the disturbed step and the next apply ask for. `destroy`: that all be gone. */
  readonly step: Wanted | "destroy";
  /** How the key ends where `enabled` is not managed. Default true. */
  readonly endsEnabled?: boolean;
  /**
   * Only Terraform stores what a refresh saw before the step that follows. Pulumi forgets it with a provider that is killed
   * between CancelKeyDeletion and EnableKey, and leaves the key Disabled, as the KMS does.
   */
  readonly terraformOnly?: true;
  /** Lived through by the long form only, `BYOK_CRASH=full`. */
  readonly long?: true;
  /** Lived through where a key may hold several materials. */
  readonly severalMaterials?: true;
  /** Many requests of one sort: the short form lets only one thing befall each of them, in turn. */
  readonly manyPoints?: true;
}

const base: Wanted = { description: "ledger", tags: { team: "ledger", stage: "test" }, validForDays: 90 };
const later: Wanted = { description: "general ledger", tags: { team: "finance", cost: "42" }, validForDays: 120 };
const asleep: Wanted = { ...base, enabled: false };

const second: Successor = { name: "second", rotated: true };
const third: Successor = { name: "third", rotated: true };
const rotated: Wanted = { ...base, successors: [second] };
const waiting: Wanted = { ...base, successors: [{ ...second, rotated: false }] };
const replicated: Wanted = { ...base, replicated: true };

const deleteFirst: Meanwhile = async (cloud, keyArn) => {
  cloud.emulator.clock.advance("1h");
  await cloud.deleteFirstMaterial(keyArn);
};

const disable: Meanwhile = (cloud, keyArn) => cloud.disable(keyArn);

export const flows: readonly Flow[] = [
  { name: "create", before: [], step: base },
  { name: "create disabled", before: [], step: asleep, long: true },
  { name: "update", before: [base], step: { ...later, policy: true }, manyPoints: true },
  {
    name: "reimport after expiry",
    before: [base],
    meanwhile: ({ emulator }) => emulator.clock.advance("91d"),
    step: base,
  },
  {
    name: "reimport after deletion",
    before: [base],
    meanwhile: async (cloud, keyArn) => {
      // What the KMS shows a moment after an import is looked at again, as often as a slow machine lets it.
      cloud.emulator.clock.advance("1h");
      await cloud.deleteMaterial(keyArn);
    },
    step: base,
    long: true,
  },
  {
    name: "reimport into a disabled key",
    // The last of them is the look that sees the key Disabled.
    before: [base, asleep, asleep],
    meanwhile: ({ emulator }) => emulator.clock.advance("91d"),
    step: asleep,
    long: true,
  },
  {
    name: "reimport into a key that others disabled",
    before: [base, disable, base],
    meanwhile: ({ emulator }) => emulator.clock.advance("91d"),
    step: base,
    endsEnabled: false,
    long: true,
  },
  {
    name: "renewal of a key that others disabled",
    before: [base, disable],
    meanwhile: ({ emulator }) => emulator.clock.advance("61d"),
    step: base,
    endsEnabled: false,
    long: true,
  },
  {
    name: "return from a scheduled deletion",
    before: [base],
    meanwhile: (cloud, keyArn) => cloud.scheduleDeletion(keyArn),
    step: base,
    terraformOnly: true,
    long: true,
  },
  { name: "renewal", before: [base], meanwhile: ({ emulator }) => emulator.clock.advance("61d"), step: base },
  { name: "destroy", before: [base], step: "destroy" },
  { name: "rotation", before: [base], step: rotated, severalMaterials: true },
  {
    name: "second rotation",
    before: [base, rotated],
    step: { ...base, successors: [second, third] },
    severalMaterials: true,
    long: true,
  },
  {
    name: "two rotations at once",
    before: [base],
    step: { ...base, successors: [second, third] },
    severalMaterials: true,
    long: true,
  },
  {
    name: "rotation over Regions",
    before: [replicated],
    step: { ...replicated, successors: [second] },
    severalMaterials: true,
    manyPoints: true,
  },
  {
    name: "rotation to waiting material",
    before: [waiting],
    step: rotated,
    severalMaterials: true,
    long: true,
  },
  {
    name: "drop of waiting material",
    before: [waiting],
    step: base,
    severalMaterials: true,
  },
  {
    name: "drop of waiting material over Regions",
    before: [{ ...waiting, replicated: true }],
    step: replicated,
    severalMaterials: true,
    long: true,
  },
  {
    name: "reimport of a lost former material",
    before: [base, rotated],
    meanwhile: deleteFirst,
    step: rotated,
    severalMaterials: true,
  },
  {
    name: "reimport of all materials in both Regions",
    before: [replicated, { ...replicated, successors: [second] }],
    meanwhile: ({ emulator }) => emulator.clock.advance("91d"),
    step: { ...replicated, successors: [second] },
    severalMaterials: true,
    manyPoints: true,
    long: true,
  },
  {
    name: "destroy of a rotated key",
    before: [base, rotated],
    step: "destroy",
    severalMaterials: true,
    long: true,
  },
];

/** A policy of each service that leaves the key to its account; where there is none, the service's are not managed. */
export const policies: Readonly<Partial<Record<Kms, string>>> = {
  aws: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Owner",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111122223333:root" },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  }),
};

export const creationToken = "crash-matrix/ledger";
export const replicaToken = "crash-matrix/replica";
