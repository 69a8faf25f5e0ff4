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

describe("a line", () => {
  const read = (...lines: readonly string[]) => parseIni(["[s]", ...lines].join("\n"))["s"];

  it.each([
    ["a = b", { a: "b" }],
    ["a=b=c", { a: "b=c" }],
    ["  a   =   b  ", { a: "b" }],
    ["a = b\r", { a: "b" }],
    ["a = b ; comment", { a: "b" }],
    ["a = b\t# comment", { a: "b" }],
    ["a = b;c#d", { a: "b;c#d" }],
    ["; a = b", {}],
    ["# a = b", {}],
    ["= b", {}],
    ["a", {}],
    ["a =", {}],
    ["", {}],
  ])("%j says %j", (line, settings) => {
    expect(read(line)).toEqual(settings);
  });

  it("that is indented below an empty setting belongs to that, until one is not", () => {
    expect(read("o =", "  a = b", "  c = d", "e = f", "  g = h")).toEqual({ "o.a": "b", "o.c": "d", e: "f", g: "h" });
    expect(parseIni("[s]\no =\n[t]\n  a = b")).toEqual({ s: {}, t: { a: "b" } });
    expect(read("o =", "\ta = b", "p =", " a = c")).toEqual({ "o.a": "b", "p.a": "c" });
  });
});

describe("a section", () => {
  it.each([
    ["[default]", "default"],
    ["[ default ]", "default"],
    ["[default] # comment", "default"],
    ["  [default]", "default"],
    ["[profile a]", "profile a"],
    ["[profile   a]", "profile a"],
    ["[profile 'a b']", "profile a b"],
    ['[profile "a b"]', "profile a b"],
    ["[profile \"a']", "profile \"a'"],
    ["[sso-session my.one]", "sso-session my.one"],
    ["[a.b c]", "a.b c"],
    ["[]", ""],
  ])("%j is named %j", (heading, name) => {
    expect(parseIni(`${heading}\nx = y`)).toEqual({ [name]: { x: "y" } });
  });

  it("is not what only looks like one, and what stands before all is in none", () => {
    expect(parseIni("x = y\n[s\na = b\ns]\nx[s]\n[t]\nc = d\n[u]x")).toEqual({ t: { c: "d" } });
    expect(parseIni("")).toEqual({});
  });
});
