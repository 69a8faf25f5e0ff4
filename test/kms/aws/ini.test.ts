import { loadSharedConfigFiles } from "@smithy/core/config";
import { parseIni } from "../../../src/kms/aws/ini";
import { surroundings } from "./surroundings";

const around = surroundings();

const text = `
stray = value
# a comment
[default]
region = eu-central-1 # where we are
endpoint_url=https://kms.example.com/#fragment
empty

[profile work]
region=us-west-2
services = mine
s3 =
  max_concurrent = 20
output = json

[services mine]
kms =
  endpoint_url = https://one.example.com
sts =
  endpoint_url = https://two.example.com

[profile "with blank"]
region = eu-west-1
[profile work]
output = text
`;

describe("parseIni", () => {
  it("reads sections, comments and nested settings", () => {
    expect(parseIni(text)).toEqual({
      default: { region: "eu-central-1", endpoint_url: "https://kms.example.com/#fragment" },
      "profile work": { region: "us-west-2", services: "mine", "s3.max_concurrent": "20", output: "text" },
      "services mine": {
        "kms.endpoint_url": "https://one.example.com",
        "sts.endpoint_url": "https://two.example.com",
      },
      "profile with blank": { region: "eu-west-1" },
    });
  });

  it("reads what the SDK reads", async () => {
    const { configFile } = await loadSharedConfigFiles({
      configFilepath: around.file("config", text),
      filepath: around.file("credentials", ""),
    });
    const ours = parseIni(text);
    expect(ours["default"]).toEqual(configFile?.["default"]);
    expect(ours["profile work"]).toEqual(configFile?.["work"]);
    expect(ours["services mine"]).toEqual(configFile?.["services.mine"]);
  });

  it("is not taken in by names of objects' own members", () => {
    expect(parseIni("[__proto__]\nregion = x\n[constructor]\na = b")).toBeDefined();
    expect(Object.prototype).not.toHaveProperty("region");
  });
});
