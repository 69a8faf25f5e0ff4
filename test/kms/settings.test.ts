import { type Cloud, restrictions } from "../../src/kms/cloud";
import { clouds } from "../../src/kms/clouds";
import { groupIn, type Setting, settingName, type Settings } from "../../src/kms/setting";

/** Every setting by its path, those in groups too. */
function settingsOf(fields: Settings, above = ""): readonly (readonly [string, Setting])[] {
  return Object.entries(fields).flatMap(([name, setting]) => [
    [above + name, setting] as const,
    ...settingsOf(groupIn(setting.is) ?? {}, `${above}${name}.`),
  ]);
}

function those({ settings }: Cloud, are: (setting: Setting) => boolean): readonly string[] {
  return settingsOf(settings.fields).flatMap(([path, setting]) => (are(setting) ? [path] : []));
}

describe.each(clouds.map((cloud) => [cloud.name, cloud] as const))("the settings of %s", (_name, cloud: Cloud) => {
  it("are told of in sentences", () => {
    const texts = [cloud.settings.description, ...settingsOf(cloud.settings.fields).map(([, one]) => one.description)];
    expect(texts.filter((text) => !/^[A-Z][^]+\.$/.test(text))).toEqual([]);
    expect(new Set(settingsOf(cloud.settings.fields).map(([path]) => path)).size).toBe(texts.length - 1);
  });

  it("have names that no two share, in either spelling", () => {
    const groups = [
      cloud.settings.fields,
      ...Object.values(cloud.settings.fields).flatMap(({ is }): Settings[] => {
        const group = groupIn(is);
        return group === undefined ? [] : [group];
      }),
    ];
    for (const group of groups) {
      expect(Object.keys(group).filter((name) => !/^[a-z]+(_[a-z]+)*$/.test(name))).toEqual([]);
      const spelled = Object.entries(group).map(([name, setting]) => settingName(name, setting));
      expect(new Set(spelled).size).toBe(Object.keys(group).length);
    }
  });

  it("are restricted by what there is to restrict", () => {
    expect(cloud.settings.restrictions.filter((one) => !restrictions.includes(one))).toEqual([]);
    expect(cloud.settings.restrictions).toContain("allowed_account_ids");
    const inRegions = cloud.arns.read(arns[cloud.name] ?? "", "key_arn").region !== undefined;
    expect(cloud.settings.restrictions.includes("allowed_regions")).toBe(inRegions);
  });
});

const keyId = "1234abcd-12ab-34cd-56ef-1234567890ab";
const arns: Readonly<Record<string, string>> = {
  aws: `arn:aws:kms:eu-central-1:111122223333:key/${keyId}`,
  alibaba: `acs:kms:cn-hangzhou:1234567890123456:key/${keyId}`,
  qkms: `arn:verenc:111122223333:key/${keyId}`,
};

/** What must not be shown, kept or taken for another kind, whatever else changes in the tables. */
it.each([
  [
    "aws",
    {
      secrets: ["access_key", "secret_key", "token"],
      files: ["shared_config_files", "shared_credentials_files", "custom_ca_bundle"],
      required: ["assume_role.role_arn"],
      blocks: ["assume_role"],
    },
  ],
  [
    "alibaba",
    {
      secrets: ["access_key", "secret_key", "security_token"],
      files: ["shared_credentials_file", "custom_ca_bundle"],
      required: ["assume_role.role_arn"],
      blocks: ["assume_role"],
    },
  ],
  ["qkms", { secrets: ["access_key", "secret_key"], files: ["custom_ca_bundle"], required: [], blocks: [] }],
])("the settings of %s that are secret, name files, or must be set", (name, expected) => {
  const cloud: Cloud | undefined = clouds.find((one) => one.name === name);
  if (cloud === undefined) throw new Error(`There is no ${name}.`);
  expect({
    secrets: those(cloud, ({ secret }) => secret === true),
    files: those(cloud, ({ file }) => file === true),
    required: those(cloud, ({ required }) => required === true),
    blocks: those(cloud, ({ is }) => groupIn(is) !== undefined),
  }).toEqual(expected);
  // An access key id says who somebody is; without its secret it opens nothing.
  expect(those(cloud, ({ harmlessAlone }) => harmlessAlone === true)).toEqual(["access_key"]);
});

it("spells a setting of Alibaba Cloud's role by its unit, and bounds it", () => {
  const alibaba: Cloud | undefined = clouds.find(({ name }) => name === "alibaba");
  const [[path, setting] = ["", undefined]] = settingsOf(alibaba?.settings.fields ?? {}).filter(
    ([, { bounds }]) => bounds !== undefined,
  );
  expect(path).toBe("assume_role.session_expiration");
  expect(setting).toMatchObject({ bounds: [900, 43_200], spelled: "durationSeconds" });
});
