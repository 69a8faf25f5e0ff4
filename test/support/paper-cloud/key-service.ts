import type { Clock } from "../../../src/engine/clock";
import { ByokError } from "../../../src/engine/errors";
import type { KeyService } from "../../../src/engine/key-service";
import type { KmsProfile } from "../../../src/engine/kms-profile";

/** One key on each shelf, which can be looked at and nothing else. */
export function paperKeyService(profile: KmsProfile, region: string, clock: Clock): KeyService {
  const refused = (): never => {
    throw new ByokError("service_refused", "Nothing can be written here.");
  };
  return {
    profile,
    region,
    describe: async (keyArn) => ({
      at: Math.floor(clock.now() / 1000),
      value: {
        arn: keyArn,
        keyId: keyArn.slice(keyArn.lastIndexOf("/") + 1),
        state: "Enabled",
        origin: "EXTERNAL",
        spec: profile.defaultKeySpec,
        usage: "ENCRYPT_DECRYPT",
        description: `on shelf ${region}`,
        creationDate: 1_700_000_000,
      },
    }),
    tags: async () => ({ colour: "yellow" }),
    policy: refused,
    materials: refused,
    listKeys: refused,
    callerAccount: refused,
    importParameters: refused,
    importMaterial: refused,
    deleteMaterial: refused,
    create: refused,
    replicate: refused,
    setEnabled: refused,
    setDescription: refused,
    setPolicy: refused,
    tag: refused,
    untag: refused,
    scheduleDeletion: refused,
    cancelDeletion: refused,
  };
}
