import { keyStatus } from "../../src/cli/key-status";
import type { Assessment } from "../../src/engine/assessment";
import { ensureKey, readKey, scheduleKeyDeletion } from "../../src/engine/external-key";
import { applyMaterial } from "../../src/engine/imported-key-material";
import { keyContext } from "../../src/engine/key-context";
import type { KeyRecord } from "../../src/engine/key-record";
import { rotateKey } from "../../src/engine/key-rotation";
import type { LifetimeArguments } from "../../src/engine/lifetime";
import type { MaterialRecord } from "../../src/engine/material-record";
import { releaseMaterial } from "../../src/engine/material-release";
import type { Run } from "../../src/engine/run";
import type { WantedKey } from "../../src/engine/wanted-key";
import { keyMaterials } from "../../src/terraform/key-materials";
import { planned, settings } from "../support/imported-key";
import { bytesSource, newBytes } from "../support/life";
import type { Flow, Given, Scene } from "./flow";
import {
  anotherKey,
  dublin,
  emptyKey,
  importedKey,
  keyOf,
  later,
  lifetime,
  materialOf,
  replicaOf,
  wantedOn,
} from "./given";
import {
  dropsWaiting,
  importsSuccessor,
  plansRotation,
  releasesWaiting,
  rotates,
  rotationOf,
  succeeding,
  waiting,
  waitingElsewhere,
} from "./successor";

/** A key of its own, made as wanted. */
const creates =
  (changes: (scene: Scene) => Partial<WantedKey>): Flow["act"] =>
  async (scene, run, _given, earlier) => {
    const { record, warnings, error } = await ensureKey(run, wantedOn(scene, changes(scene)), earlier?.key);
    return { key: record, warnings, error };
  };

/** The key that is there, made as wanted. */
const updates =
  (changes: Partial<WantedKey>): Flow["act"] =>
  async (scene, run, given, earlier) => {
    const { record, warnings, error } = await ensureKey(run, wantedOn(scene, changes), earlier?.key ?? keyOf(given));
    return { key: record, warnings, error };
  };

const readsKey =
  (aspects: { readonly policy: boolean; readonly tags: boolean }): Flow["act"] =>
  async (_scene, run, given) => {
    const key = await readKey(run, keyOf(given).arn, keyOf(given), aspects);
    return { key, saw: key === undefined ? "gone" : key.state };
  };

/** Plan and apply, of one process. */
const imports =
  (wanted: LifetimeArguments, recorded: (given: Given) => MaterialRecord | undefined): Flow["act"] =>
  async (_scene, run, given, earlier) => {
    const source = bytesSource(given.bytes ?? newBytes());
    const asked = settings(keyOf(given).arn, wanted);
    const plan = await planned(run, asked, source, earlier?.material ?? recorded(given));
    const { action } = plan.assessment;
    const { record, warnings, error } = await applyMaterial(run, asked, source, plan.record, {}, action);
    return { material: record, warnings, error };
  };

const plans: Flow["act"] = async (_scene, run, given) => ({ saw: inWords((await planOf(run, given)).assessment) });

/** What a plan says of the material that was there before the flow. */
export async function planOf(run: Run, given: Given): Promise<{ readonly assessment: Assessment }> {
  const source = given.bytes === undefined ? undefined : bytesSource(given.bytes);
  return planned(run, settings(keyOf(given).arn, lifetime), source, given.material);
}

export function inWords({ action, row, reason }: Assessment): string {
  return `${action} (${row}): ${reason}`;
}

async function deleted(scene: Scene, key: KeyRecord): Promise<void> {
  await scene.free.services.service(key.kms, key.region).deleteMaterial(key.arn, undefined);
  // Right after an import of ours the KMS may be late with its news.
  later(scene, "5m");
}

/** A key that waited for its deletion for its time, in an account that has another. */
async function goneKey(scene: Scene): Promise<Given> {
  await emptyKey(scene);
  const { key } = await emptyKey(scene);
  await scheduleKeyDeletion(scene.free, key, 7);
  later(scene, "8d");
  return { key };
}

const statement = (Sid: string) => ({
  Version: "2012-10-17",
  Statement: [
    { Sid, Effect: "Allow", Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "kms:*", Resource: "*" },
  ],
});
const [policy, otherPolicy] = [JSON.stringify(statement("Owner")), JSON.stringify(statement("Other"))];
const ramPolicy = (name: string) =>
  JSON.stringify({
    Version: "1",
    Statement: [
      {
        Sid: name,
        Effect: "Allow",
        Principal: { RAM: ["acs:ram::1234567890123456:*"] },
        Action: ["kms:*"],
        Resource: ["*"],
      },
    ],
  });

const policyOn = ({ cloud }: Scene, other = false): string => {
  if (cloud.kms === "alibaba") return ramPolicy(other ? "Other" : "Owner");
  return other ? otherPolicy : policy;
};

const fingerprintTagged = ["kms:ListResourceTags", "kms:TagResource", "kms:UntagResource"] as const;

/** What is noted on a key that is to be Disabled, for the case that the run ends before it is. */
const disablingTagged = ["kms:ListResourceTags", "kms:TagResource", "kms:UntagResource"] as const;

/** The same where it is on the key already. */
const fulfilled = ["kms:ListResourceTags", "kms:UntagResource"] as const;

/** Which of several materials is gone. */
const listed = "kms:ListKeyRotations";

/** The tag that may be on a key that holds material, and seldom is. */
const everywhereTagged = {
  aws: ["kms:ListResourceTags"],
  alibaba: ["kms:ListResourceTags"],
  qkms: ["kms:ListResourceTags"],
} as const;

export const flows: readonly Flow[] = [
  { title: "create a key", role: "creator", act: creates(() => ({})) },
  {
    title: "create a key with `creation_token`",
    role: "creator",
    prepare: anotherKey,
    act: creates(() => ({ creationToken: "payments/production" })),
  },
  {
    title: "create a key with `policy`, `tags` and `description`, to be disabled",
    role: "creator",
    act: creates((scene) => ({
      ...scene.cloud.policyPlace,
      policy: policyOn(scene),
      tags: { team: "payments" },
      description: "payments",
      enabled: false,
    })),
  },
  {
    title: "create a key with `deletion_protection`",
    role: "creator",
    on: ["alibaba"],
    act: creates(() => ({ deletionProtection: true })),
  },
  {
    title: "create a key where `allowed_account_ids` is set",
    role: "creator",
    prepare: anotherKey,
    act: (scene, _run, given, earlier) =>
      creates(() => ({}))(scene, scene.life.run({ accountIds: [scene.cloud.accountId] }), given, earlier),
  },
  {
    title: "create a replica with `tags`",
    role: "creator",
    on: ["aws"],
    prepare: (scene) => importedKey(scene, { multiRegion: true }),
    act: async (scene, run, given, earlier) => {
      const replica = {
        region: dublin,
        multiRegion: true,
        primaryKeyArn: keyOf(given).arn,
        tags: { team: "payments" },
      };
      const { record, warnings, error } = await ensureKey(run, wantedOn(scene, replica), earlier?.key);
      return { key: record, warnings, error };
    },
  },
  {
    title: "continue with a replica that an interrupted run made",
    role: "creator",
    on: ["aws"],
    prepare: async (scene) => {
      const given = await importedKey(scene, { multiRegion: true });
      await ensureKey(scene.free, wantedOn(scene, replicaOf(given)), undefined);
      return given;
    },
    act: async (scene, run, given, earlier) => {
      const { record, warnings, error } = await ensureKey(run, wantedOn(scene, replicaOf(given)), earlier?.key);
      return { key: record, warnings, error };
    },
  },
  {
    title: "change `policy`",
    role: "creator",
    prepare: (scene) => emptyKey(scene, { ...scene.cloud.policyPlace, policy: policyOn(scene) }),
    act: (scene, ...rest) => updates({ ...scene.cloud.policyPlace, policy: policyOn(scene, true) })(scene, ...rest),
  },
  {
    title: "change `tags`",
    role: "creator",
    prepare: (scene) => emptyKey(scene, { tags: { team: "payments", old: "yes" } }),
    act: updates({ tags: { team: "ledger", new: "yes" } }),
  },
  {
    title: "change `description`",
    role: "creator",
    prepare: (scene) => importedKey(scene),
    act: updates({ description: "payments" }),
  },
  {
    title: "disable a key",
    role: "creator",
    prepare: (scene) => importedKey(scene),
    act: updates({ enabled: false }),
    bears: everywhereTagged,
  },
  {
    title: "enable a key",
    role: "creator",
    prepare: async (scene) => {
      const given = await importedKey(scene);
      const { record } = await ensureKey(scene.free, wantedOn(scene, { enabled: false }), given.key);
      return { ...given, key: record };
    },
    act: updates({ enabled: true }),
    bears: everywhereTagged,
  },
  {
    title: "have a key disabled that has no material yet",
    role: "creator",
    prepare: (scene) => emptyKey(scene),
    act: updates({ enabled: false }),
  },
  {
    title: "have a key enabled that has no material yet",
    role: "creator",
    prepare: (scene) => emptyKey(scene, { enabled: false }),
    act: updates({ enabled: true }),
  },
  {
    title: "change `deletion_protection`",
    role: "creator",
    on: ["alibaba"],
    prepare: (scene) => emptyKey(scene),
    act: updates({ deletionProtection: true }),
  },
  {
    title: "bring back a key whose deletion was scheduled",
    role: "creator",
    passing: ["Disabled"],
    afterwards: (scene, given) => keepsEnabled(scene, given, true),
    prepare: async (scene) => {
      const given = await importedKey(scene);
      const record = await readKey(scene.free, given.key.arn, given.key, { policy: false, tags: false });
      await scheduleKeyDeletion(scene.free, given.key, 7);
      return { ...given, key: record ?? given.key };
    },
    act: updates({}),
  },

  {
    title: "import for the first time",
    role: "importer",
    bears: { aws: ["kms:ListResourceTags"], alibaba: ["kms:ListResourceTags"], qkms: fingerprintTagged },
    prepare: async (scene) => ({ ...(await emptyKey(scene)), bytes: newBytes() }),
    act: imports(lifetime, () => undefined),
  },
  {
    title: "import for the first time into a key that is to be disabled",
    role: "importer",
    bears: { aws: fulfilled, alibaba: fulfilled, qkms: fingerprintTagged },
    passing: ["Enabled"],
    afterwards: (scene, given) => keepsEnabled(scene, given, false),
    prepare: async (scene) => ({ ...(await emptyKey(scene, { enabled: false })), bytes: newBytes() }),
    act: imports(lifetime, () => undefined),
  },
  {
    title: "bring back expired material",
    role: "importer",
    bears: { aws: [listed], qkms: everywhereTagged.qkms },
    prepare: async (scene) => {
      const given = await importedKey(scene);
      later(scene, "91d");
      return given;
    },
    act: imports(lifetime, ({ material }) => material),
  },
  {
    title: "bring back material that was deleted",
    role: "importer",
    bears: { aws: [listed], qkms: everywhereTagged.qkms },
    prepare: async (scene) => {
      const given = await importedKey(scene);
      await deleted(scene, given.key);
      return given;
    },
    act: imports(lifetime, ({ material }) => material),
  },
  {
    title: "bring back expired material of a disabled key",
    role: "importer",
    bears: { aws: [listed, ...disablingTagged], alibaba: disablingTagged, qkms: fingerprintTagged },
    passing: ["Enabled"],
    afterwards: (scene, given) => keepsEnabled(scene, given, false),
    prepare: async (scene) => {
      const given = await importedKey(scene);
      await scene.free.services.service(given.key.kms, given.key.region).setEnabled(given.key.arn, false);
      later(scene, "91d");
      return { ...given, material: { ...given.material, keyDisabled: true } };
    },
    act: imports(lifetime, ({ material }) => material),
  },
  {
    title: "renew material before it expires",
    role: "importer",
    bears: everywhereTagged,
    prepare: async (scene) => {
      const given = await importedKey(scene);
      later(scene, "70d");
      return given;
    },
    act: imports(lifetime, ({ material }) => material),
  },
  {
    title: "change the lifetime of material",
    role: "importer",
    bears: everywhereTagged,
    prepare: (scene) => importedKey(scene),
    act: imports({ validFor: "180d" }, ({ material }) => material),
  },
  {
    title: "take over material that is not on record",
    role: "importer",
    bears: { ...everywhereTagged, aws: [listed, ...everywhereTagged.aws] },
    prepare: (scene) => importedKey(scene),
    act: imports(lifetime, () => undefined),
  },

  {
    title: "import material that succeeds another",
    role: "importer",
    on: ["aws"],
    prepare: async (scene) => succeeding(await importedKey(scene)),
    act: importsSuccessor,
  },
  {
    title: "import material that succeeds another into a replica",
    role: "importer",
    on: ["aws"],
    prepare: waitingElsewhere,
    act: importsSuccessor,
  },
  {
    title: "import material once more that waits for a rotation",
    role: "importer",
    on: ["aws"],
    prepare: async (scene) => waiting(scene, await importedKey(scene)),
    act: importsSuccessor,
  },

  {
    title: "rotate a key",
    role: "rotator",
    on: ["aws"],
    prepare: async (scene) => waiting(scene, await importedKey(scene)),
    act: rotates,
  },

  {
    title: "refresh a key",
    role: "auditor",
    readsOnly: true,
    prepare: (scene) => importedKey(scene),
    act: readsKey({ policy: false, tags: false }),
  },
  {
    title: "refresh a key whose `policy` and `tags` are managed",
    role: "auditor",
    readsOnly: true,
    prepare: (scene) =>
      importedKey(scene, { ...scene.cloud.policyPlace, policy: policyOn(scene), tags: { team: "payments" } }),
    act: readsKey({ policy: true, tags: true }),
  },
  {
    title: "read a key with the data source",
    role: "auditor",
    on: ["aws"],
    readsOnly: true,
    bears: { aws: [listed] },
    prepare: (scene) => importedKey(scene),
    act: async (scene, run, given, earlier) => {
      const read = await readsKey({ policy: false, tags: true })(scene, run, given, earlier);
      const context = keyContext(run, keyOf(given).arn, "key_id", {});
      const { value: key } = await context.service.describe(context.keyArn);
      const materials = key === null ? null : await keyMaterials(context, key);
      return { ...read, saw: `${read.saw} with ${materials?.length} materials` };
    },
  },
  {
    title: "plan healthy material",
    role: "auditor",
    readsOnly: true,
    prepare: (scene) => importedKey(scene),
    act: plans,
  },
  {
    title: "plan expired material",
    role: "auditor",
    readsOnly: true,
    bears: { aws: [listed] },
    prepare: async (scene) => {
      const given = await importedKey(scene);
      later(scene, "91d");
      return given;
    },
    act: plans,
  },
  {
    title: "plan material that was deleted",
    role: "auditor",
    readsOnly: true,
    bears: { aws: [listed], qkms: everywhereTagged.qkms },
    prepare: async (scene) => {
      const given = await importedKey(scene);
      await deleted(scene, given.key);
      return given;
    },
    act: plans,
  },
  {
    title: "plan the material of a key that was rotated since",
    role: "auditor",
    on: ["aws"],
    readsOnly: true,
    bears: { aws: [listed] },
    prepare: async (scene) => {
      const given = await importedKey(scene);
      await scene.life.rotate?.(given.key.arn, newBytes());
      return given;
    },
    act: plans,
  },
  {
    title: "plan a rotation",
    role: "auditor",
    on: ["aws"],
    readsOnly: true,
    prepare: async (scene) => waiting(scene, await importedKey(scene)),
    act: plansRotation,
  },
  {
    title: "plan a rotation that was done",
    role: "auditor",
    on: ["aws"],
    readsOnly: true,
    bears: { aws: [listed] },
    prepare: async (scene) => {
      const given = await waiting(scene, await importedKey(scene));
      await rotateKey(scene.free, rotationOf(given));
      return given;
    },
    act: plansRotation,
  },
  {
    title: "`byok status`",
    role: "auditor",
    readsOnly: true,
    bears: { aws: [listed] },
    prepare: (scene) => importedKey(scene),
    act: async (_scene, run, given) => {
      const status = await keyStatus(run, keyOf(given).arn, 30 * 86_400);
      return { saw: `${status.keyState} ${status.material} ${status.reason}` };
    },
  },
  {
    title: "refresh a key that is gone",
    role: "auditor",
    readsOnly: true,
    prepare: goneKey,
    act: readsKey({ policy: false, tags: false }),
  },

  {
    title: "destroy a key",
    role: "destroyer",
    prepare: (scene) => importedKey(scene),
    act: async (_scene, run, given) => scheduleKeyDeletion(run, keyOf(given), 7),
  },
  {
    title: "destroy a key that is gone",
    role: "destroyer",
    prepare: goneKey,
    act: async (_scene, run, given) => scheduleKeyDeletion(run, keyOf(given), 7),
  },
  {
    title: 'destroy material with `deletion_policy = "retain"`',
    role: "destroyer",
    readsOnly: true,
    prepare: (scene) => importedKey(scene),
    act: async (_scene, run, given) => releaseMaterial(run, materialOf(given), "retain"),
  },
  {
    title: 'destroy material with `deletion_policy = "delete"`',
    role: "destroyer",
    deletesMaterial: true,
    prepare: (scene) => importedKey(scene),
    act: async (_scene, run, given) => releaseMaterial(run, materialOf(given), "delete"),
  },
  {
    title: 'destroy material that waits for a rotation with `deletion_policy = "delete"`',
    role: "destroyer",
    on: ["aws"],
    deletesMaterial: true,
    prepare: async (scene) => waiting(scene, await importedKey(scene)),
    act: releasesWaiting,
  },
  {
    title: "put other bytes in the place of material that waits for a rotation",
    role: "destroyer",
    on: ["aws"],
    deletesMaterial: true,
    prepare: async (scene) => waiting(scene, await importedKey(scene)),
    act: dropsWaiting,
  },
];

/** The key's own resource, where it says whether the key is to be enabled. */
async function keepsEnabled(scene: Scene, given: Given, enabled: boolean): Promise<void> {
  await ensureKey(scene.life.freeRun(), wantedOn(scene, { enabled }), keyOf(given));
}
