import { SignCommand } from "@aws-sdk/client-kms";
import { Scan } from "../custody/scan";
import { type Bench, bench } from "../support/byok-terraform";
import { guidePolicy } from "../support/vault/guide-policy";
import { testVaults, type TestVault } from "../support/vault/subject";

jest.setTimeout(120_000);

const configured = (source: string, more = ""): string => `
resource "byok_external_key" "signing" {
  key_spec  = "ECC_NIST_P256"
  key_usage = "SIGN_VERIFY"
}

resource "byok_imported_key_material" "signing" {
  key_arn             = byok_external_key.signing.arn
  key_material_source = "${source}"
  valid_for           = "90d"
  ${more}
}
`;

describe.each(testVaults)("under terraform, a private key in %s", (_, start) => {
  let [on, vault, token]: [Bench, TestVault, string] = [] as never;
  const before = { ...process.env };
  beforeEach(async () => {
    [on, vault] = [await bench(), await start()];
    await vault.createKey("signing", "ecdsa-p256");
    token = await vault.tokenFor(guidePolicy(vault.mount, "signing"));
    // The provider is served by this process.
    Object.assign(process.env, vault.env, { VAULT_TOKEN: token, HOME: before["HOME"] });
  });
  afterEach(async () => {
    process.env = { ...before };
    await on.close();
    await vault.close();
  });

  const outputs: string[] = [];
  const run = async (...args: readonly string[]) => {
    const done = await on.workspace.run([...args, "-no-color", "-input=false"], {
      TF_LOG: "trace",
      TF_LOG_PROVIDER: "trace",
    });
    outputs.push(done.stdout, done.stderr);
    return done;
  };
  const signs = async (): Promise<string> => {
    const { arn: KeyId } = (await on.workspace.attributes("byok_external_key.signing")) as { arn: string };
    const sent = { KeyId, Message: Buffer.from("message"), SigningAlgorithm: "ECDSA_SHA_256" as const };
    return on.life
      .client()
      .send(new SignCommand(sent))
      .then(
        () => "signed",
        (error: Error) => error.name,
      );
  };

  it("is imported, lapses, comes back, and its next version is refused; the token is shown nowhere", async () => {
    const uri = `vault-transit:${vault.mount}/signing`;
    await on.write(configured(uri));
    const unpinned = await run("plan");
    expect(unpinned.stdout.replaceAll(/\s+/g, " ")).toContain("names no version, so the latest one is taken");

    await on.write(configured(`${uri}?version=1`));
    expect((await run("apply", "-auto-approve")).exitCode).toBe(0);
    await on.settled();
    expect(await signs()).toBe("signed");

    on.life.kms.clock.advance("91d");
    expect(await signs()).toBe("KMSInvalidStateException");
    expect((await run("apply", "-auto-approve")).exitCode).toBe(0);
    expect(await signs()).toBe("signed");
    await on.settled();

    await vault.admin("POST", `${vault.mount}/keys/signing/rotate`);
    on.life.kms.clock.advance("91d");
    await on.write(configured(`${uri}?version=2`));
    const other = await run("plan");
    expect(other.exitCode).toBe(1);
    expect(other.stderr.replaceAll(/\s*│?\s+/g, " ")).toContain("[different_material] These are other bytes");

    // Nothing on offer is no error for a plan that only says what is due.
    process.env["VAULT_TOKEN"] = "hvs.expired";
    await on.write(configured(`${uri}?version=1`));
    const forbidden = await run("plan");
    expect(forbidden.exitCode).toBe(0);
    expect(forbidden.stdout.replaceAll(/\s*│?\s+/g, " ")).toContain("Vault forbids `read`");

    const scan = new Scan([
      { name: "token", bytes: Buffer.from(token) },
      { name: "key", bytes: await vault.privateNumber("signing") },
    ]);
    await scan.folder(on.workspace.folder);
    for (const text of outputs) scan.content({ kind: "standard output", name: "output" }, Buffer.from(text));
    expect(outputs.some((text) => text.includes("PlanResourceChange"))).toBe(true);
    expect(scan.report().leaks).toEqual([]);
  });
});
