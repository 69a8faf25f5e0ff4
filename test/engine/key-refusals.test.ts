import { ByokError } from "../../src/engine/errors";
import { ensureKey, readKey, scheduleKeyDeletion } from "../../src/engine/external-key";
import { checkDeletionWindow, checkKeyOptions, kindOfNewKey } from "../../src/engine/key-offer";
import { type KeyRecord, keyRecord } from "../../src/engine/key-record";
import type { KeyService } from "../../src/engine/key-service";
import type { WantedKey } from "../../src/engine/wanted-key";
import { paperProfile } from "../support/profile";
import { account, answered, arn, day, failing, now, type Answers, paperKey, paperRun, region } from "./paper-run";
import { rejected, thrown } from "./thrown";

const record: KeyRecord = keyRecord("aws", region, paperKey);
const wanted: WantedKey = { kms: "aws", region, multiRegion: false };
const neither = { policy: false, tags: false };
const denied = new ByokError("access_denied", "Refused.");
const lost = new ByokError("service_unavailable", "The connection was cut.", { effectUnknown: true });

/** Code, argument and words of the error that an attempt ends with. */
async function refusal(attempt: () => unknown): Promise<unknown[]> {
  const { code, attribute, rawMessage } = await rejected(Promise.resolve().then(attempt));
  return [code, attribute, rawMessage];
}

describe("a key that is not found", () => {
  const read = (answers: Answers, known?: KeyRecord) => {
    const { run } = paperRun({ describe: answered(null), callerAccount: async () => account, ...answers });
    return readKey(run, arn, known, neither);
  };

  it("is gone where it is old enough and the account is right, to the second", async () => {
    expect(await read({}, { ...record, creationDate: now - 7 * day })).toBeUndefined();
  });

  it("cannot be gone within a week", async () => {
    const message = `The KMS does not know ${arn}. A key cannot vanish within a week of its creation, so this is another endpoint or Region, or the KMS has not heard of the key yet. Check the endpoint, and run again.`;
    for (const known of [undefined, { ...record, creationDate: now - 7 * day + 1 }]) {
      expect(await refusal(() => read({}, known))).toEqual(["key_not_found", "arn", message]);
    }
  });

  it("may be in another account", async () => {
    expect(await refusal(() => read({ callerAccount: async () => "999988887777" }, record))).toEqual([
      "key_not_found",
      "arn",
      `The KMS does not know ${arn}. The credentials are of the account 999988887777, and the key is in ${account}. Use credentials of that account.`,
    ]);
    expect(await refusal(() => read({ callerAccount: async () => undefined }, record))).toEqual([
      "key_not_found",
      "arn",
      `The KMS does not know ${arn}. Paper KMS does not tell the account of the credentials, so they may be of another one than ${account}. Check the credentials; where the key is really gone, remove it from the state.`,
    ]);
  });

  it("cannot be changed", async () => {
    const { run } = paperRun({ describe: answered(null) });
    expect(await refusal(() => ensureKey(run, wanted, record))).toEqual([
      "key_not_found",
      "arn",
      `${arn} does not exist. Refresh the state, and run again.`,
    ]);
  });
});

describe("a key that is there", () => {
  it("must take imported material", async () => {
    const { run } = paperRun({ describe: answered({ ...paperKey, origin: "AWS_KMS" }) });
    const message = `${arn} has the origin AWS_KMS, and byok looks after keys with the origin EXTERNAL only. Use the cloud's own resource for this key.`;
    expect(await refusal(() => readKey(run, arn, undefined, neither))).toEqual(["wrong_origin", "arn", message]);
    expect(await refusal(() => ensureKey(run, wanted, record))).toEqual(["wrong_origin", "arn", message]);
  });

  it.each<[Partial<WantedKey>, string, string]>([
    [
      { spec: "HMAC_256" },
      "key_spec",
      `\`key_spec\` of ${arn} is SYMMETRIC_DEFAULT and cannot be changed to HMAC_256. Plan again to have the key replaced, or set it back.`,
    ],
    [
      { usage: "SIGN_VERIFY" },
      "key_usage",
      `\`key_usage\` of ${arn} is ENCRYPT_DECRYPT and cannot be changed to SIGN_VERIFY. Plan again to have the key replaced, or set it back.`,
    ],
    [
      { multiRegion: true },
      "multi_region",
      `\`multi_region\` of ${arn} is false and cannot be changed to true. Plan again to have the key replaced, or set it back.`,
    ],
    [
      { primaryKeyArn: "arn:aws:kms:us-east-1:111122223333:key/mrk-1" },
      "multi_region",
      `\`multi_region\` of ${arn} is false and cannot be changed to true. Plan again to have the key replaced, or set it back.`,
    ],
    [
      { dkmsInstanceId: "kst-1" },
      "dkms_instance_id",
      `\`dkms_instance_id\` of ${arn} is none and cannot be changed to kst-1. Plan again to have the key replaced, or set it back.`,
    ],
    [
      { protectionLevel: "HSM" },
      "protection_level",
      `\`protection_level\` of ${arn} is none and cannot be changed to HSM. Plan again to have the key replaced, or set it back.`,
    ],
  ])("cannot become %j", async (changes, attribute, message) => {
    const keyOptions = ["dkms_instance_id", "protection_level"] as const;
    const { run, asked } = paperRun({ describe: answered(paperKey), profile: { keyOptions } });
    expect(await refusal(() => ensureKey(run, { ...wanted, ...changes }, record))).toEqual([
      "immutable_argument",
      attribute,
      message,
    ]);
    expect(asked).toEqual(["describe"]);
  });

  it.each<[Partial<WantedKey>, string, string, string]>([
    [{ region: "eu-west-1" }, "region", region, "eu-west-1"],
    [{ kms: "qkms" }, "kms", "aws", "qkms"],
  ])("cannot be moved to %j, and nothing is asked for that", async (changes, attribute, is, shouldBe) => {
    const { run, asked } = paperRun({ describe: answered(paperKey) });
    expect(await refusal(() => ensureKey(run, { ...wanted, ...changes }, record))).toEqual([
      "immutable_argument",
      attribute,
      `\`${attribute}\` of ${arn} is ${is} and cannot be changed to ${shouldBe}. Plan again to have the key replaced, or set it back.`,
    ]);
    expect(asked).toEqual([]);
  });

  it("cannot become a replica of another key, and its deletion stays scheduled", async () => {
    const multiRegion = { type: "PRIMARY", primaryArn: arn, replicaArns: [] } as const;
    const { run, asked } = paperRun({ describe: answered({ ...paperKey, multiRegion, state: "PendingDeletion" }) });
    const primaryKeyArn = "arn:aws:kms:us-east-1:111122223333:key/mrk-1";
    expect(await refusal(() => ensureKey(run, { ...wanted, primaryKeyArn }, record))).toEqual([
      "immutable_argument",
      "primary_key_arn",
      `\`primary_key_arn\` of ${arn} is the ARN of a key with the id ${paperKey.keyId} and cannot be changed to ${primaryKeyArn}. Plan again to have the key replaced, or set it back.`,
    ]);
    expect(asked).toEqual(["describe"]);
  });

  it.each<[Partial<WantedKey>]>([
    [{ spec: "SYMMETRIC_DEFAULT", usage: "ENCRYPT_DECRYPT" }],
    [{ dkmsInstanceId: "kst-1" }],
    [{ dkmsInstanceId: "kst-1", protectionLevel: "SOFTWARE" }],
  ])("stays what it is as %j", async (changes) => {
    const keyOptions = ["dkms_instance_id", "protection_level"] as const;
    const { run, asked } = paperRun({
      describe: answered({ ...paperKey, dkmsInstanceId: "kst-1", protectionLevel: "HSM" }),
      profile: { keyOptions },
    });
    await expect(ensureKey(run, { ...wanted, ...changes }, record)).resolves.toMatchObject({ warnings: [] });
    expect(asked).toEqual(["describe"]);
  });

  it("is brought back from its deletion with a warning, as it was before", async () => {
    let state: "PendingDeletion" | "Disabled" = "PendingDeletion";
    const { run, asked, told } = paperRun({
      describe: async () => ({ value: { ...paperKey, state }, at: now }),
      cancelDeletion: async () => {
        state = "Disabled";
      },
      setEnabled: async () => {},
    });
    const { warnings } = await ensureKey(run, wanted, { ...record, enabled: true });
    expect(warnings).toEqual([`${arn} was waiting for its deletion, which was canceled.`]);
    expect(told).toEqual([["info", "The deletion of a key was canceled.", { key: arn }]]);
    expect(asked).toEqual(["describe", "cancelDeletion", "setEnabled", "describe"]);
  });

  it.each([0, 1, 2])(
    "returns to Disabled where the KMS enables it, though DisableKey fails %d times",
    async (times) => {
      let state: "PendingDeletion" | "Enabled" | "Disabled" = "PendingDeletion";
      let failures = 0;
      const { run } = paperRun({
        describe: async () => ({ value: { ...paperKey, state }, at: now }),
        cancelDeletion: async () => {
          state = "Enabled";
        },
        setEnabled: async () => {
          if (failures++ < times) throw denied;
          state = "Disabled";
        },
      });
      const back = await ensureKey(run, wanted, { ...record, state: "PendingDeletion", enabled: false });
      const isBack = times < 2;
      expect([back.record.state, back.record.toEnable, back.error]).toEqual(
        isBack ? ["Disabled", undefined, undefined] : ["Enabled", false, denied],
      );
      const next = await ensureKey(run, wanted, back.record);
      expect([next.record.state, next.record.toEnable, next.error]).toEqual(["Disabled", undefined, undefined]);
    },
  );

  it("stays Disabled where others disabled it and nothing is configured", async () => {
    const { run, asked } = paperRun({ describe: answered({ ...paperKey, state: "Disabled" }) });
    const { record: after } = await ensureKey(run, wanted, { ...record, enabled: true });
    expect(after).toMatchObject({ state: "Disabled", enabled: false });
    expect(asked).toEqual(["describe"]);
  });

  it("is brought back as the configuration wants it, whatever it was before", async () => {
    let state: "PendingDeletion" | "Disabled" = "PendingDeletion";
    const { run, asked } = paperRun({
      describe: async () => ({ value: { ...paperKey, state }, at: now }),
      cancelDeletion: async () => {
        state = "Disabled";
      },
      tags: async () => ({}),
    });
    const { record: after } = await ensureKey(run, { ...wanted, enabled: false }, { ...record, enabled: true });
    expect(after.state).toBe("Disabled");
    expect(asked).toEqual(["describe", "cancelDeletion", "describe", "tags"]);
  });

  it("is as it was made, with a warning, where what is left to do fails", async () => {
    const { run } = paperRun({
      create: answered({ ...paperKey, state: "PendingImport" }),
      setDeletionProtection: failing(denied),
      profile: { keyOptions: ["deletion_protection"] },
    });
    const made = await ensureKey(run, { ...wanted, deletionProtection: true, policy: "{}", tags: {} }, undefined);
    expect(made.warnings).toEqual([`${arn} is there, but not yet as configured; the next apply repairs it. Refused.`]);
    expect(made.record).toMatchObject({ arn, kms: "aws", region, policy: "{}", tags: {} });
    expect(made.error).toBeUndefined();
  });
});

describe("a key policy", () => {
  const checkPolicy = () => {
    throw new ByokError("invalid_policy", "No policy.");
  };

  it("is checked before anything is called, for a new key and for one that is there", async () => {
    for (const known of [undefined, record]) {
      const { run, asked } = paperRun({ profile: { checkPolicy } });
      expect(await refusal(() => ensureKey(run, { ...wanted, policy: "{}" }, known))).toEqual([
        "invalid_policy",
        undefined,
        "No policy.",
      ]);
      expect(asked).toEqual([]);
    }
  });

  it("is not checked where none is configured", async () => {
    const { run } = paperRun({ profile: { checkPolicy }, create: answered(paperKey), describe: answered(paperKey) });
    for (const known of [undefined, record]) await expect(ensureKey(run, wanted, known)).resolves.toBeDefined();
  });
});

describe("a key outside of the Regions that are allowed", () => {
  it("is refused on the argument that names it", async () => {
    const { run, asked } = paperRun({}, { regions: ["eu-west-1"] });
    expect((await rejected(ensureKey(run, wanted, undefined))).attribute).toBe("region");
    expect((await rejected(ensureKey(run, wanted, record))).attribute).toBe("arn");
    expect((await rejected(readKey(run, arn, record, neither))).attribute).toBe("arn");
    expect((await rejected(scheduleKeyDeletion(run, record, 7))).attribute).toBe("arn");
    expect(asked).toEqual([]);
  });
});

describe("the deletion of a key", () => {
  it("waits as long as the KMS offers", () => {
    for (const days of [7, 30]) expect(() => checkDeletionWindow({ profile: paperProfile }, days)).not.toThrow();
    for (const days of [6, 31, 7.5]) {
      const error = thrown(() => checkDeletionWindow({ profile: paperProfile }, days));
      expect([error.code, error.attribute, error.rawMessage]).toEqual([
        "invalid_argument",
        "deletion_window_in_days",
        "`deletion_window_in_days` must be a whole number from 7 to 30 on Paper KMS.",
      ]);
    }
  });

  it.each<[string, Answers, string[]]>([
    ["it was scheduled already", { scheduleDeletion: failing(new ByokError("key_pending_deletion", "x")) }, []],
    [
      "a KMS does not say that it was",
      {
        scheduleDeletion: failing(new ByokError("key_unusable", "x")),
        describe: answered({ ...paperKey, state: "PendingDeletion" }),
      },
      ["describe"],
    ],
    [
      "the key is gone",
      {
        scheduleDeletion: failing(new ByokError("key_not_found", "x")),
        describe: answered(null),
        callerAccount: async () => account,
      },
      ["describe", "callerAccount"],
    ],
  ])("is done where %s", async (_, answers, then) => {
    const { run, asked } = paperRun(answers);
    await expect(scheduleKeyDeletion(run, record, 7)).resolves.toEqual({ warnings: [] });
    expect(asked).toEqual(["scheduleDeletion", ...then]);
  });

  it("fails with any other refusal, without another look", async () => {
    const { run, asked } = paperRun({ scheduleDeletion: failing(denied), describe: answered(paperKey) });
    await expect(scheduleKeyDeletion(run, record, 7)).rejects.toBe(denied);
    expect(asked).toEqual(["scheduleDeletion"]);
  });

  it("is refused for a key whose state is another", async () => {
    const { run } = paperRun({
      scheduleDeletion: failing(new ByokError("key_unusable", "Not now.")),
      describe: answered({ ...paperKey, state: "Updating" }),
    });
    expect(await refusal(() => scheduleKeyDeletion(run, record, 7))).toEqual(["key_unusable", undefined, "Not now."]);
  });
});

describe("a new key", () => {
  it.each<[Partial<WantedKey>, string, string, string]>([
    [
      { spec: "RSA_2048" },
      "unsupported_key_spec",
      "key_spec",
      "Paper KMS takes no imported material for keys of the spec RSA_2048. Use one of SYMMETRIC_DEFAULT, HMAC_256.",
    ],
    [
      { usage: "SIGN_VERIFY" },
      "invalid_argument",
      "key_usage",
      "A key of the spec SYMMETRIC_DEFAULT cannot have the `key_usage` SIGN_VERIFY. Use ENCRYPT_DECRYPT.",
    ],
    [
      { spec: "HMAC_256", usage: "SIGN_VERIFY" },
      "invalid_argument",
      "key_usage",
      "A key of the spec HMAC_256 cannot have the `key_usage` SIGN_VERIFY. Use GENERATE_VERIFY_MAC or VERIFY_MAC.",
    ],
    [
      { multiRegion: true },
      "invalid_argument",
      "multi_region",
      "Paper KMS has no multi-Region keys with imported material. Set `multi_region` to false.",
    ],
    [
      { protectionLevel: "HSM" },
      "invalid_argument",
      "protection_level",
      "`protection_level`: Paper KMS has no such thing. Remove it.",
    ],
  ])("cannot be of the kind %j", (changes, code, attribute, message) => {
    const keySpecs = { ...paperProfile.keySpecs, HMAC_256: ["GENERATE_VERIFY_MAC", "VERIFY_MAC"] } as const;
    const profile = { ...paperProfile, keySpecs, multiRegion: false };
    const error = thrown(() => kindOfNewKey({ profile }, { ...wanted, ...changes }));
    expect([error.code, error.attribute, error.rawMessage]).toEqual([code, attribute, message]);
  });

  it.each<[Partial<WantedKey>, string, string]>([
    [{}, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"],
    [{ spec: "HMAC_256" }, "HMAC_256", "GENERATE_VERIFY_MAC"],
    [{ multiRegion: true }, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"],
  ])("of the kind %j is of the spec %s and for %s", (changes, spec, usage) => {
    expect(kindOfNewKey({ profile: paperProfile }, { ...wanted, ...changes })).toEqual({ spec, usage });
  });

  it("takes the options that its KMS has", () => {
    const profile = { ...paperProfile, keyOptions: ["protection_level"] as const };
    expect(() => checkKeyOptions(profile, { protectionLevel: "HSM" })).not.toThrow();
    expect(thrown(() => checkKeyOptions(profile, { dkmsInstanceId: "k" })).attribute).toBe("dkms_instance_id");
    expect(thrown(() => checkKeyOptions(profile, { deletionProtection: false })).attribute).toBe("deletion_protection");
  });

  it("needs an account that is known where accounts are restricted", async () => {
    const { run } = paperRun({ callerAccount: async () => undefined }, { accountIds: [account] });
    expect(await refusal(() => ensureKey(run, wanted, undefined))).toEqual([
      "account_not_allowed",
      "allowed_account_ids",
      "Paper KMS does not tell the account of the credentials, so it is not known whether `allowed_account_ids` names it. Create the account's first key without `allowed_account_ids`.",
    ]);
    const stranger = paperRun({ callerAccount: async () => "999988887777" }, { accountIds: [account] });
    expect(await refusal(() => ensureKey(stranger.run, wanted, undefined))).toEqual([
      "account_not_allowed",
      "allowed_account_ids",
      `The account 999988887777 is not among \`allowed_account_ids\` (${account}). Use credentials and a key of one of them, or allow the account.`,
    ]);
  });

  it("has a token of its own in a run, in each Region", async () => {
    const { run } = paperRun({ listKeys: async () => ({ arns: [] }), create: answered(paperKey) });
    const tokened = { ...wanted, creationToken: "t" };
    await ensureKey(run, tokened, undefined);
    await expect(ensureKey(run, { ...tokened, region: "eu-west-1" }, undefined)).resolves.toBeDefined();
    expect(await refusal(() => ensureKey(run, tokened, undefined))).toEqual([
      "key_conflict",
      "creation_token",
      "Two keys of this run have the `creation_token` t. Give each key a token of its own.",
    ]);
  });

  describe("whose token other keys bear", () => {
    const other = arn.replace("1234abcd-12ab", "99999999-12ab");
    const found = (...keys: Partial<typeof paperKey>[]) => {
      const all = keys.map((changes, i) => ({ ...paperKey, arn: [arn, other][i] ?? "", ...changes }));
      const { run, clock } = paperRun({
        listKeys: async () => ({ arns: all.map((key) => key.arn) }),
        tags: async () => ({ "byok:creation-token": "t" }),
        describe: async (keyArn) => ({ value: all.find((key) => key.arn === keyArn) ?? null, at: now }),
        create: answered({ ...paperKey, arn: "new" }),
      });
      return clock.run(ensureKey(run, { ...wanted, creationToken: "t" }, undefined));
    };
    const ways = "import it into the state to take it over, or give this key another `creation_token`";
    const untouched = { state: "PendingImport" } as const;

    it.each<[string, Partial<typeof paperKey>]>([
      ["waits for its import", untouched],
      ["is just being created", { state: "Creating" }],
    ])("continues with one that %s", async (_, key) => {
      expect((await found(key)).record.arn).toBe(arn);
    });

    it("continues with one that is being created and is hidden for a moment", async () => {
      const key = { ...paperKey, state: "Creating" as const };
      let looks = 0;
      const { run } = paperRun({
        listKeys: async () => ({ arns: [arn] }),
        tags: async () => ({ "byok:creation-token": "t" }),
        describe: async () => ({ value: looks++ === 0 ? key : null, at: now }),
      });
      const { record: seen } = await ensureKey(run, { ...wanted, creationToken: "t" }, undefined);
      expect(seen).toMatchObject({ arn, state: "Creating" });
    });

    it.each(["PendingDeletion", "PendingReplicaDeletion"] as const)("passes over one in %s", async (state) => {
      expect((await found({ state })).record.arn).toBe("new");
      expect((await found(untouched, { state })).record.arn).toBe(arn);
    });

    it.each<[string, Partial<typeof paperKey>, string]>([
      ["held material", {}, "has had key material"],
      ["held material and is empty", { ...untouched, materialId: "aa" }, "has had key material"],
      ["is of another spec", { ...untouched, spec: "HMAC_256" }, "is of another kind"],
      ["is for another usage", { ...untouched, usage: "SIGN_VERIFY" }, "is of another kind"],
      ["is of another origin", { ...untouched, origin: "AWS_KMS" }, "is of another kind"],
      [
        "is multi-Region",
        { ...untouched, multiRegion: { type: "PRIMARY", primaryArn: arn, replicaArns: [] } },
        "is of another kind",
      ],
    ])("refuses one that %s", async (_, key, what) => {
      expect(await refusal(() => found(key))).toEqual([
        "key_conflict",
        "creation_token",
        `A key with the \`creation_token\` t is there already and ${what}: ${arn}. To keep that key, ${ways}.`,
      ]);
    });

    it("does not choose among several", async () => {
      expect(await refusal(() => found(untouched, untouched))).toEqual([
        "key_conflict",
        "creation_token",
        `Several keys have the \`creation_token\` t: ${arn}, ${other}. Schedule the deletion of those that are not needed, ${ways}.`,
      ]);
    });
  });

  it("may be there where the reply to its creation was lost", async () => {
    const answers: Answers = { create: failing(lost), listKeys: async () => ({ arns: [] }) };
    expect(await refusal(() => ensureKey(paperRun(answers).run, wanted, undefined))).toEqual([
      "creation_unconfirmed",
      undefined,
      `The reply to CreateKey was lost (The connection was cut.), so a key may have been created in ${region}. Look for a new key without material there, and import it into the state if there is one. A \`creation_token\` makes byok find it by itself.`,
    ]);
    const tokened = { ...wanted, creationToken: "t" };
    expect(await refusal(() => ensureKey(paperRun(answers).run, tokened, undefined))).toEqual([
      "creation_unconfirmed",
      undefined,
      `The reply to CreateKey was lost (The connection was cut.), so a key may have been created in ${region}. Run again: the next run looks for the key by its \`creation_token\` before it creates one.`,
    ]);
  });
});

describe("a new replica", () => {
  const primaryKeyArn = arn.replace(region, "us-east-1");
  const replica: WantedKey = { ...wanted, multiRegion: true, primaryKeyArn };
  const replicate = (answers: Answers, changes: Partial<WantedKey> = {}) => {
    const { run } = paperRun(answers);
    return ensureKey(run, { ...replica, ...changes }, undefined);
  };

  it("waits for the material of its primary", async () => {
    const notYet = new ByokError("key_unusable", "Not now.", { retry: "settling" });
    const describe = answered({ ...paperKey, arn: primaryKeyArn, state: "PendingImport" as const });
    expect(await refusal(() => replicate({ replicate: failing(notYet), describe }))).toEqual([
      "primary_not_ready",
      "primary_key_arn",
      `${primaryKeyArn} has no key material yet, and a key must be Enabled before it can be replicated. Take \`primary_key_arn\` from the primary's imported key material (its \`key_arn\`), so that the replica waits for the import.`,
    ]);
    const ready = answered({ ...paperKey, arn: primaryKeyArn });
    expect(await refusal(() => replicate({ replicate: failing(notYet), describe: ready }))).toEqual([
      "key_unusable",
      undefined,
      "Not now.",
    ]);
  });

  const standing = (answers: Answers, changes: Partial<WantedKey>) =>
    replicate(
      {
        replicate: failing(new ByokError("key_conflict", "There is one.")),
        describe: answered(paperKey),
        ...answers,
      },
      changes,
    );
  const remedy = "Nothing of it was changed. Import that key into the state to take it over, or choose another Region.";
  const without = "Without a `creation_token`, nothing shows that it is the one of this resource.";
  const another = "It does not have the `creation_token` of this resource in its tag byok:creation-token.";

  it.each<[string, Partial<WantedKey>, Record<string, string>, string]>([
    ["another token", { creationToken: "t" }, { "byok:creation-token": "u" }, another],
    ["no token", { creationToken: "t" }, {}, another],
    ["a token, and none was given", {}, { "byok:creation-token": "t" }, without],
    ["no token, and none was given", {}, {}, without],
  ])("does not take one that is there with %s", async (_, changes, tags, why) => {
    expect(await refusal(() => standing({ tags: async () => tags }, changes))).toEqual([
      "key_conflict",
      "region",
      `${primaryKeyArn} already has a replica in ${region}: ${arn}. ${why} ${remedy}`,
    ]);
    // Anyone who lost the reply knows no more.
    expect(await refusal(() => standing({ tags: async () => tags, replicate: failing(lost) }, changes))).toEqual([
      "creation_unconfirmed",
      "region",
      `The reply to ReplicateKey was lost (The connection was cut.), and ${primaryKeyArn} has a replica in ${region}: ${arn}. ${why} ${remedy}`,
    ]);
  });

  it.each(["access_denied", "service_refused", "key_pending_deletion", "key_unusable"] as const)(
    "does not take one whose tags cannot be read: %s",
    async (code) => {
      const tags = failing(new ByokError(code, "Not for you."));
      expect(await refusal(() => standing({ tags }, { creationToken: "t" }))).toEqual([
        code === "access_denied" ? code : "key_conflict",
        "region",
        `${primaryKeyArn} already has a replica in ${region}: ${arn}. Its tags, which would show that it is the one of this resource, cannot be read: Not for you. ${remedy}`,
      ]);
    },
  );

  it("has no use for tags without a token", async () => {
    const [code] = await refusal(() => standing({ tags: failing(denied) }, {}));
    expect(code).toBe("key_conflict");
  });

  it("fails where the tags of the one that is there cannot be had for the moment", async () => {
    const tags = failing(new ByokError("service_unavailable", "Down."));
    expect(await refusal(() => standing({ tags }, { creationToken: "t" }))).toEqual([
      "service_unavailable",
      undefined,
      "Down.",
    ]);
  });

  it("may be there where the reply was lost and the KMS does not show it", async () => {
    for (const [changes, next] of [
      [{ creationToken: "t" }, "Run again: the next run recognizes the replica by its `creation_token`."],
      [
        {},
        "Run again. If there is a replica by then, import it into the state, or set a `creation_token`, by which byok recognizes its own.",
      ],
    ] as const) {
      const { run, clock } = paperRun({ replicate: failing(lost), describe: answered(null) });
      const attempt = clock.run(ensureKey(run, { ...replica, ...changes }, undefined));
      expect(await refusal(() => attempt)).toEqual([
        "creation_unconfirmed",
        "region",
        `The reply to ReplicateKey was lost (The connection was cut.), and the KMS shows no replica in ${region} yet. ${next}`,
      ]);
    }
  });

  it("that a conflict names and the KMS does not show is none", async () => {
    expect(await refusal(() => standing({ describe: answered(null) }, {}))).toEqual([
      "key_not_found",
      undefined,
      `${arn} was created and the KMS does not show it yet. Run again.`,
    ]);
  });

  describe("of a key whose primary is another by now", () => {
    const [ohio, dublin] = [arn.replace(region, "us-east-2"), arn.replace(region, "eu-west-1")];
    const noPrimary = new ByokError("invalid_argument", "Not a primary key.", { attribute: "primary_key_arn" });
    const moved = (primaryArn: string, answers: Answers = {}, allowed = {}) => {
      const from: string[] = [];
      const { run } = paperRun(
        {
          replicate: async (request) => {
            from.push(request.primaryArn);
            if (request.primaryArn === primaryKeyArn) throw noPrimary;
            return answered(paperKey)();
          },
          describe: async (keyArn) => {
            const multiRegion = { type: "REPLICA", primaryArn, replicaArns: [] } as const;
            return answered({ ...paperKey, arn: keyArn, ...(keyArn === primaryKeyArn ? { multiRegion } : {}) })();
          },
          ...answers,
        },
        allowed,
      );
      return { from, made: ensureKey(run, replica, undefined) };
    };

    it("is made from that", async () => {
      const { from, made } = moved(ohio);
      expect((await made).record.arn).toBe(arn);
      expect(from).toEqual([primaryKeyArn, ohio]);
    });

    const refusing =
      (error: Error): KeyService["replicate"] =>
      async ({ primaryArn }) => {
        throw primaryArn === primaryKeyArn ? noPrimary : error;
      };

    it("fails with what that refuses", async () => {
      await expect(moved(ohio, { replicate: refusing(denied) }).made).rejects.toBe(denied);
    });

    it("is continued with where that has it already", async () => {
      const conflict = refusing(new ByokError("key_conflict", "There is one."));
      await expect(moved(ohio, { replicate: conflict, tags: async () => ({}) }).made).rejects.toMatchObject({
        code: "key_conflict",
        attribute: "region",
      });
    });

    it("fails with the first refusal where the key cannot be looked at, or is as it was named", async () => {
      await expect(moved(ohio, { describe: failing(denied) }).made).rejects.toBe(noPrimary);
      await expect(moved(ohio, { describe: answered(null) }).made).rejects.toBe(noPrimary);
    });

    it("is not made from a Region that is not allowed", async () => {
      const allowed = { regions: [region, "us-east-1"] };
      await expect(moved(dublin, {}, allowed).made).rejects.toMatchObject({
        code: "region_not_allowed",
        attribute: "primary_key_arn",
      });
    });

    it("cannot be made beside that", async () => {
      expect(await refusal(() => moved(arn).made)).toEqual([
        "key_conflict",
        "region",
        `${primaryKeyArn} is a replica now, and its primary key is in ${region}, where this replica is to be: ${arn}. Import that key into the state to manage it here, or choose another Region.`,
      ]);
    });
  });
});
