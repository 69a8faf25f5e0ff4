import { join } from "node:path";
import { parseAllowedSources, sourceFromUri } from "../../src/material-sources/source-uri";
import { thrown } from "../engine/thrown";

const attribute = "key_material_source";
const baseFolder = "/srv/stack";
const take = (uri: string, allowed: readonly string[]) => sourceFromUri(uri, { attribute, allowed, baseFolder });
const arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments";

describe("places that are allowed", () => {
  it.each([
    ["file:keys/payments.bin", "file:keys/"],
    ["file:keys/deep/payments.bin?encoding=raw", "file:keys/"],
    ["file:keys/payments.bin", "file:keys"],
    ["file:keys/payments.bin", "file:keys/payments.bin"],
    ["file:other/../keys/payments.bin", "file:./keys/"],
    ["file:k%65ys/payments.bin", "file:%6beys/"],
    ["file:///srv/stack/keys/payments.bin", "file:keys/"],
    ["file:keys/payments.bin", "file:///srv/stack/keys/"],
    ["env:PAYMENTS_KEY", "env:PAYMENTS_KEY"],
    ["exec:/usr/bin/get-key payments", "exec:/usr/bin/get-key"],
    ["exec:/usr/local/../bin/get-key payments", "exec:/usr/bin/get-key payments"],
    ["exec:get-key payments", "exec:get-key"],
    ["wrap:/usr/bin/wrap payments", "wrap:/usr/bin/wrap"],
    ["secretsmanager:payments/key", "secretsmanager:payments/"],
    ["secretsmanager:p%61yments%2Fkey?version-id=v1", "secretsmanager:payments/"],
    ["secretsmanager:payments/key", "secretsmanager:payments/key"],
    [`secretsmanager:${arn}/key-a1b2c3`, `secretsmanager:${arn}/`],
    ["ssm:/payments/key", "ssm:/payments/"],
    ["alibaba-secrets:payments-key", "alibaba-secrets:payments-key"],
    ["alibaba-secrets:acs:kms:cn-hangzhou:1:secret/payments", "alibaba-secrets:acs:kms:cn-hangzhou:1:secret/payments"],
  ])("include %s where %s is", (uri, word) => {
    expect(take(uri, ["env:OTHER", word]).attribute).toBe(attribute);
  });

  it.each([
    ["file:keys/../secret.bin", "file:keys/"],
    ["file:keys/%2e%2e/secret.bin", "file:keys/"],
    ["file:keys%2F..%2Fsecret.bin", "file:keys/"],
    ["file:/srv/stack/keys/../../other/secret.bin", "file:keys/"],
    ["file:keys-of-others/secret.bin", "file:keys"],
    ["file:keys-of-others/secret.bin", "file:keys/"],
    ["file:keys", "file:keys/"],
    ["file:Keys/payments.bin", "file:keys/"],
    ["file:/keys/payments.bin", "file:keys/"],
    ["env:PAYMENTS_KEY_OF_OTHERS", "env:PAYMENTS_KEY"],
    ["exec:/usr/bin/get-keys", "exec:/usr/bin/get-key"],
    ["exec:/usr/bin/get-key others", "exec:/usr/bin/get-key payments"],
    ["exec:/usr/bin/../../tmp/get-key", "exec:/usr/bin/get-key"],
    ["exec:/usr/bin/get-key%20payments", "exec:/usr/bin/get-key"],
    ["exec:/tmp/get-key", "exec:get-key"],
    ["exec:get-key", "exec:./get-key"],
    ["secretsmanager:payroll/key", "secretsmanager:payments/"],
    ["secretsmanager:payments-of-others", "secretsmanager:payments"],
    ["secretsmanager:payments", "secretsmanager:payments/"],
    [`secretsmanager:${arn}/key-a1b2c3`, "secretsmanager:payments/"],
    [`secretsmanager:${arn.replace("111122223333", "444455556666")}/key`, `secretsmanager:${arn}/`],
    ["secretsmanager:Payments/key", "secretsmanager:payments/"],
    ["ssm:/payroll/key", "ssm:/payments/"],
    ["ssm:payments/key", "ssm:/payments/"],
    ["ssm:/payments/key", "secretsmanager"],
  ])("leave out %s where %s is", (uri, word) => {
    const error = thrown(() => take(uri, ["env:OTHER", word]));
    expect(error).toMatchObject({ code: "source_not_allowed", attribute });
    expect(error.message).toContain(`Allowed are env:OTHER, ${word}.`);
  });

  it.each([
    "secretsmanager:payments/../payroll/key",
    "secretsmanager:payments/%2e%2e/payroll/key",
    "ssm:/payments/../x",
  ])("have no way out of them in names of secrets: %s", (uri) => {
    expect(thrown(() => take(uri, ["secretsmanager:payments/", "ssm:/payments/"])).code).toBe("invalid_argument");
  });

  it("are the whole kind where it stands alone as well", () => {
    expect(take("file:elsewhere", ["file:keys/", "file"]).name).toBe("file:elsewhere");
  });

  it("begin in the folder of the process where no other is named", () => {
    const inside = join(process.cwd(), "keys/payments.bin");
    expect(sourceFromUri(`file:${inside}`, { attribute, allowed: ["file:keys/"] }).name).toBe(`file:${inside}`);
    expect(sourceFromUri("exec:bin/get-key x", { attribute, allowed: ["exec:./bin/get-key"] }).name).toBe(
      "exec:bin/get-key",
    );
  });
});

describe("words for places that are allowed", () => {
  it("are taken as they are", () => {
    const words = ["file", "file:keys/", "secretsmanager:payments/", `secretsmanager:${arn}/`, "ssm:/payments"];
    expect(parseAllowedSources(words, "allowed_material_sources")).toEqual(words);
  });

  it.each([
    "vaults:x",
    "file:",
    "file:/",
    "FILE:keys/",
    "file:keys/?encoding=raw",
    "secretsmanager:a/../b",
    "ssm:/a:3",
    "keys/",
    "",
  ])("are refused where they mean nothing: %j", (word) => {
    const error = thrown(() => parseAllowedSources(["file", word], "allowed_material_sources"));
    expect(error).toMatchObject({ code: "invalid_argument", attribute: "allowed_material_sources" });
  });
});
