import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { kmsNames } from "../src/kms/clouds";

const root = join(__dirname, "..");

/** Where a cloud is spoken of by its name: its folders, what is generated, and what is written out for people to read. */
const homes = [
  /^src\/kms\//,
  /^src\/emulator\//,
  /^cdktf\/generated\//,
  // The types that the package shows, with what people are told of each setting.
  /^src\/index\.ts$/,
  /^pulumi\/connection-args\.ts$/,
  /^pulumi\/external-key-args\.ts$/,
  /^cdktf\/external-key-props\.ts$/,
];

const names = kmsNames.join("|");
const capitals = kmsNames.map((name) => name.charAt(0).toUpperCase() + name.slice(1)).join("|");

/** A name as a literal, as a property, as a part of something that is imported, or as the folder that it comes from. */
const mentions = new RegExp(
  [
    `["'\`](?:${names})["'\`]`,
    `\\.(?:${names})\\b(?!-)`,
    `(?<=[{,(]\\s*|\\?\\s*)(?:${names})\\??(?=\\s*[:,})])`,
    `\\b(?:${names})[A-Z]\\w*`,
    `\\b(?:is|parse|read)(?:${capitals})[A-Z]\\w*`,
    `/kms/(?:${names})/`,
  ].join("|"),
  "g",
);

function mentionsIn(text: string): readonly string[] {
  const code = text.replace(/\/\*[^]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
  return [...code.matchAll(mentions)].map(([mention]) => mention);
}

it("names clouds in their folders and nowhere else, so that another one needs only its own", () => {
  const found = ["src", "pulumi", "cdktf"]
    .flatMap((room) => readdirSync(join(root, room), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !homes.some((home) => home.test(file)))
    .flatMap((file) => mentionsIn(readFileSync(join(root, file), "utf8")).map((mention) => ({ file, mention })));
  expect(found).toEqual([]);
});

it.each([
  'const kms = "aws";',
  "kmsProfiles.alibaba",
  "{ qkms: settings }",
  "if (isAlibabaArn(text)) return;",
  'import type { AwsSettings } from "../kms/aws/settings";',
  "const blocks = { aws, alibaba };",
])("sees a name in %s", (code) => {
  expect(mentionsIn(code)).not.toEqual([]);
});

it.each(['// as on "aws"', "/** Default: `aws`. */", "kms.aws-region.example", "AWS_REGION", 'arn: "arn:aws:kms:eu"'])(
  "sees none in %s",
  (text) => {
    expect(mentionsIn(text)).toEqual([]);
  },
);
