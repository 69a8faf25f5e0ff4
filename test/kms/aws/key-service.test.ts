import { constants, publicEncrypt, randomBytes } from "node:crypto";
import type { Emulator } from "../../../src/emulator/index";
import { type KeySpec, keySpecs } from "../../../src/engine/key-spec";
import type { ImportParameters, KeyService } from "../../../src/engine/key-service";
import { samePolicy } from "../../../src/kms/policy-document";
import { awsProfile } from "../../../src/kms/aws/profile";
import { emulator } from "../../support/emulator";
import { settingsFor, surroundings } from "./surroundings";

const around = surroundings();
const wrappingAlgorithm = "RSAES_OAEP_SHA_256";
const start = Date.UTC(2026, 0, 1);
const yearInSeconds = 365 * 86_400;

async function emulating(use: (service: KeyService, kms: Emulator) => Promise<void>): Promise<void> {
  await using kms = await emulator({ now: () => start, region: "eu-central-1" });
  await use(around.services(settingsFor(kms.url)).service(), kms);
}

function wrapped(parameters: ImportParameters, bytes: Buffer): Buffer {
  const key = { key: parameters.publicKey, format: "der", type: "spki" } as const;
  return publicEncrypt({ ...key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, bytes);
}

async function imported(
  service: KeyService,
  keyArn: string,
  bytes: Buffer,
  more: { readonly validTo?: number; readonly importType?: "new" | "existing"; readonly materialId?: string } = {},
): Promise<string | undefined> {
  const parameters = await service.importParameters(keyArn, wrappingAlgorithm, "RSA_2048");
  expect(parameters.value.keyArn).toBe(keyArn);
  const { token } = parameters.value;
  const wrappedMaterial = wrapped(parameters.value, bytes);
  const answer = await service.importMaterial({ keyArn, wrappingAlgorithm, token, wrappedMaterial, ...more });
  return answer.value.materialId;
}

const isKeySpec = (name: string): name is KeySpec => Object.hasOwn(keySpecs, name);

const newKey = { spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT", multiRegion: false, tags: {} } as const;

it("brings a key through its life", async () => {
  await emulating(async (service, kms) => {
    const created = await service.create({ ...newKey, description: "payments", tags: { Team: "payments" } });
    const { arn } = created.value;
    expect(created.at).toBe(start / 1000);
    expect(created.value).toMatchObject({
      state: "PendingImport",
      origin: "EXTERNAL",
      spec: "SYMMETRIC_DEFAULT",
      usage: "ENCRYPT_DECRYPT",
      description: "payments",
    });
    expect(created.value).not.toHaveProperty("expirationModel");
    expect(created.value).not.toHaveProperty("multiRegion");
    expect(await service.tags(arn)).toEqual({ Team: "payments" });

    const bytes = randomBytes(32);
    const validTo = start / 1000 + 90 * 86_400;
    const materialId = await imported(service, arn, bytes, { validTo, importType: "new" });
    expect(materialId).toMatch(/^[0-9a-f]{64}$/);
    expect((await service.describe(arn)).value).toMatchObject({
      state: "Enabled",
      expirationModel: "KEY_MATERIAL_EXPIRES",
      validTo,
      materialId,
    });

    kms.clock.advance("91d");
    const lapsed = await service.describe(arn);
    expect(lapsed).toMatchObject({ at: start / 1000 + 91 * 86_400, value: { state: "PendingImport", materialId } });
    expect(lapsed.value).not.toHaveProperty("expirationModel");

    const again = { importType: "existing", ...(materialId === undefined ? {} : { materialId }) } as const;
    const refused = imported(service, arn, randomBytes(32), again);
    await expect(refused).rejects.toMatchObject({
      code: "different_material",
      serviceCode: "IncorrectKeyMaterialException",
    });
    expect(await imported(service, arn, bytes, again)).toBe(materialId);
    expect((await service.describe(arn)).value).toMatchObject({
      state: "Enabled",
      expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    expect(await service.materials(arn)).toEqual([
      { materialId, imported: true, state: "CURRENT", expirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" },
    ]);

    await service.setEnabled(arn, false);
    await service.setDescription(arn, "new");
    await service.untag(arn, ["Team"]);
    await service.tag(arn, { Owner: "me" });
    expect((await service.describe(arn)).value).toMatchObject({ state: "Disabled", description: "new" });
    expect(await service.tags(arn)).toEqual({ Owner: "me" });
    await service.setEnabled(arn, true);

    await service.deleteMaterial(arn, materialId);
    expect((await service.describe(arn)).value).toMatchObject({ state: "PendingImport" });

    const goes = await service.scheduleDeletion(arn, 7);
    expect(goes).toBe(start / 1000 + 98 * 86_400);
    expect((await service.describe(arn)).value).toMatchObject({ state: "PendingDeletion", deletionDate: goes });
    await expect(service.importParameters(arn, wrappingAlgorithm, "RSA_2048")).rejects.toMatchObject({
      code: "key_pending_deletion",
    });
    await service.cancelDeletion(arn);
    expect((await service.describe(arn)).value).not.toHaveProperty("deletionDate");
    expect((await service.listKeys(undefined)).arns).toContain(arn);
  });
});

it("works when the KMS's clock is a year ahead, from the first request on", async () => {
  await emulating(async (service, kms) => {
    kms.clock.advance(yearInSeconds * 1000);
    const created = await service.create(newKey);
    expect(created.at).toBe(start / 1000 + yearInSeconds);
    await imported(service, created.value.arn, randomBytes(32), { validTo: created.at + yearInSeconds - 60 });
    expect((await service.describe(created.value.arn)).value?.state).toBe("Enabled");
    expect(kms.requests.all().map((request) => request.status)).toEqual([200, 200, 200, 200]);
  });
});

it("takes the policy that AWS rewrote for the one that was given", async () => {
  await emulating(async (service) => {
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Sid: "all", Effect: "Allow", Principal: { AWS: ["111122223333"] }, Action: ["kms:*"], Resource: ["*"] },
      ],
    });
    const { arn } = (await service.create({ ...newKey, policy })).value;
    const stored = await service.policy(arn);
    expect(samePolicy(policy, stored)).toBe(true);
    expect(awsProfile.samePolicy(policy.replace("kms:*", "kms:Put*"), stored)).toBe(false);
    await service.setPolicy(arn, policy.replace("all", "everything"), false);
    expect(await service.policy(arn)).toContain("everything");
  });
});

it("replicates a multi-Region key from the Region of its primary", async () => {
  await using kms = await emulator({ now: () => start });
  const services = around.services(settingsFor(kms.url));
  const [here, there] = [services.service(), services.service("eu-west-1")];
  const primaryArn = (await here.create({ ...newKey, multiRegion: true })).value.arn;
  const replica = { primaryArn, replicaRegion: "eu-west-1", tags: { Team: "payments" } };
  await expect(here.replicate(replica)).rejects.toMatchObject({
    code: "primary_not_ready",
    attribute: "primary_key_arn",
  });
  await imported(here, primaryArn, randomBytes(32));
  const replicaArn = (await here.replicate(replica)).value.arn;
  expect(replicaArn).toBe(primaryArn.replace("eu-central-1", "eu-west-1"));
  expect((await there.describe(replicaArn)).value).toMatchObject({
    state: "PendingImport",
    multiRegion: { type: "REPLICA", primaryArn, replicaArns: [replicaArn] },
  });
  expect(await there.tags(replicaArn)).toEqual({ Team: "payments" });
  expect((await here.describe(primaryArn)).value?.multiRegion).toEqual({
    type: "PRIMARY",
    primaryArn,
    replicaArns: [replicaArn],
  });
  // Asked for in another Region than its own.
  await expect(here.describe(replicaArn)).rejects.toMatchObject({ code: "invalid_key_arn", attribute: "key_arn" });
});

it("does not know a key that is not there", async () => {
  await emulating(async (service) => {
    const arn = "arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000";
    expect(await service.describe(arn)).toEqual({ value: null, at: start / 1000 });
    await expect(service.tags(arn)).rejects.toMatchObject({ code: "key_not_found", retry: "settling" });
  });
});

it("names the permission that is missing", async () => {
  await emulating(async (service, kms) => {
    const { arn } = (await service.create(newKey)).value;
    kms.permissions.deny("kms:GetParametersForImport");
    await expect(service.importParameters(arn, wrappingAlgorithm, "RSA_2048")).rejects.toMatchObject({
      code: "access_denied",
      rawMessage: expect.stringContaining(`kms:GetParametersForImport on ${arn}`),
    });
  });
});

it("says that a lost answer may have had its effect", async () => {
  await emulating(async (service, kms) => {
    kms.faults.add({ operation: "CreateKey", kind: "drop", when: "after" });
    kms.faults.add({ operation: "CreateKey", kind: "truncate", skip: 1 });
    await expect(service.create(newKey)).rejects.toMatchObject({ code: "service_unavailable", effectUnknown: true });
    await expect(service.create(newKey)).rejects.toMatchObject({ code: "service_unavailable", effectUnknown: true });
    expect((await service.listKeys(undefined)).arns).toHaveLength(2);
  });
});

it("creates keys of every spec and usage of the profile", async () => {
  await emulating(async (service) => {
    for (const spec of Object.keys(keySpecs).filter(isKeySpec)) {
      for (const usage of awsProfile.keySpecs[spec] ?? []) {
        const created = await service.create({ ...newKey, spec, usage });
        expect(created.value).toMatchObject({ spec, usage, state: "PendingImport" });
      }
    }
    expect(await service.callerAccount()).toBe("111122223333");
  });
});
