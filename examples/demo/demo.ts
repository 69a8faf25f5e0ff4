// A key's life in half a minute: `npm run demo`. The real terraform with this provider, the embedded KMS on this machine,
// and AWS's own client as whoever uses the key.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { styleText } from "node:util";
import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { startEmulator } from "../../src/emulator/index";
import { terraformBinary } from "../../test/support/terraform-binary";

// The SDK announces at every start what docs/aws.md says once.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

const region = "eu-central-1";
const root = process.cwd();
const day = 86_400_000;

type Style = Parameters<typeof styleText>[0];
const style = (format: Style, text: string): string =>
  process.stdout.isTTY || process.env["FORCE_COLOR"] !== undefined ? styleText(format, text) : text;
const say = (text = ""): void => void process.stdout.write(`${text}\n`);
const step = (title: string): void => say(`\n${style("bold", title)}`);
const fact = (name: string, value: string): void => say(`  ${style("dim", name.padEnd(14))} ${value}`);

async function main(): Promise<void> {
  const terraform = await terraformBinary();
  const folder = mkdtempSync(join(tmpdir(), "byok-demo-"));
  const kms = await startEmulator({ region });
  const user = new KMSClient({
    region,
    endpoint: kms.url,
    credentials: { accessKeyId: "user", secretAccessKey: "user" },
  });
  try {
    await live(terraform, folder, kms, user);
  } finally {
    user.destroy();
    await kms.close();
    rmSync(folder, { recursive: true });
  }
}

async function live(
  terraform: string,
  folder: string,
  kms: Awaited<ReturnType<typeof startEmulator>>,
  user: KMSClient,
): Promise<void> {
  const run = runner(terraform, folder, kms.url);
  const today = (): string => kms.clock.now().toISOString().slice(0, 10);
  const decrypted = async (CiphertextBlob: Uint8Array): Promise<string> => {
    try {
      const { Plaintext } = await user.send(new DecryptCommand({ CiphertextBlob }));
      return style("green", `"${Buffer.from(Plaintext ?? []).toString()}"`);
    } catch (error) {
      const [name, message] = error instanceof Error ? [error.name, error.message] : ["Error", String(error)];
      return style("red", `${name}: ${message.replace(/^arn:\S+/, "the key")}`);
    }
  };

  step("1  32 bytes are generated outside the cloud, and a key is described in main.tf");
  const bytes = randomBytes(32);
  writeFileSync(join(folder, "payments.bin"), bytes, { mode: 0o600 });
  copyFileSync(join(root, "examples/demo/main.tf"), join(folder, "main.tf"));
  say(
    style(
      "dim",
      indented(
        /resource "byok_imported_key_material"[\s\S]*?\n}/.exec(readFileSync(join(folder, "main.tf"), "utf8"))?.[0] ??
          "",
      ),
    ),
  );

  step("2  terraform init, terraform apply");
  await run("init");
  const made = await run("apply", "-auto-approve");
  say(lines(made, /^Apply complete|Creation complete/));
  const keyArn = (await run("output", "-raw", "key_arn")).trim();
  const imported = kms.clock.now().getTime();

  step("3  Somebody encrypts with the key");
  const { CiphertextBlob: ciphertext = new Uint8Array() } = await user.send(
    new EncryptCommand({ KeyId: keyArn, Plaintext: Buffer.from("the quarterly figures") }),
  );
  fact("ciphertext", `${Buffer.from(ciphertext).toString("base64").slice(0, 48)}…`);
  fact("decrypts to", await decrypted(ciphertext));
  fact("another plan", lines(await run("plan"), /^No changes/).trim());

  step(`4  91 days later (the embedded KMS's clock is turned) nobody has renewed it`);
  kms.clock.advance("91d");
  fact("today", today());
  fact("decrypts to", await decrypted(ciphertext));

  step("5  terraform plan says why");
  const plan = await run("plan");
  say(style("yellow", lines(plan, /updated in-place|~ (material_state|reason|valid_to)|^Plan:/)));

  step("6  Other bytes are refused at the plan, before anything is called");
  writeFileSync(join(folder, "payments.bin"), randomBytes(32), { mode: 0o600 });
  const refused = await run("plan").catch((error: Error) => error.message);
  say(style("red", lines(refused, /Error: |\[different_material\]/)));
  writeFileSync(join(folder, "payments.bin"), bytes, { mode: 0o600 });

  step("7  terraform apply brings the same bytes back");
  const mark = kms.requests.mark();
  say(lines(await run("apply", "-auto-approve"), /^Apply complete|Modifications complete/));
  const requests = kms.requests.since(mark).map(({ operation }) => operation);
  fact("writing calls", requests.filter((name) => /^(Import|Create|Delete|Put|Schedule)/.test(name)).join(", "));
  fact("decrypts to", await decrypted(ciphertext));
  fact("another plan", lines(await run("plan"), /^No changes/).trim());

  step("8  The state holds no key bytes");
  const state = readFileSync(join(folder, "terraform.tfstate"));
  const spellings = {
    raw: bytes,
    hex: bytes.toString("hex"),
    base64: bytes.toString("base64"),
    base64url: bytes.toString("base64url"),
  };
  fact("searched for", Object.keys(spellings).join(", "));
  fact(
    "found",
    Object.values(spellings).some((spelling) => state.includes(spelling))
      ? style("red", "yes!")
      : style("green", "nothing"),
  );
  fact("instead", /"fingerprint": "([^"]+)"/.exec(state.toString())?.[1] ?? "");

  step("9  Its life so far");
  timeline(imported, kms.clock.now().getTime());
}

/** The life as a line: 90 days in force, dead, and in force again. */
function timeline(imported: number, again: number): void {
  const perDay = 60 / 181;
  const stretch = (days: number, mark: string): string => mark.repeat(Math.max(1, Math.round(days * perDay)));
  const date = (moment: number): string => new Date(moment).toISOString().slice(0, 10);
  const dead = (again - imported) / day - 90;
  say(
    `  ${style("green", stretch(90, "━"))}${style("red", stretch(dead, "·"))}${style("green", stretch(60, "━"))}${style("yellow", stretch(30, "╌"))}`,
  );
  say(`  ${date(imported).padEnd(22)}${`${date(imported + 90 * day)} expired`.padEnd(28)}${date(again + 90 * day)}`);
  say(`  ${style("green", "━")} in force   ${style("red", "·")} no key material   ${style("yellow", "╌")} renewal due`);
}

/** Runs terraform in the folder, with the provider from the mirror that the build made, and nothing of the user's own. */
function runner(terraform: string, folder: string, url: string): (...args: string[]) => Promise<string> {
  const mirror = join(root, "dist", "mirror");
  writeFileSync(
    join(folder, "cli.tfrc"),
    `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
  );
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    TF_CLI_CONFIG_FILE: join(folder, "cli.tfrc"),
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
    AWS_ENDPOINT_URL_KMS: url,
    AWS_ENDPOINT_URL_STS: url,
    AWS_ACCESS_KEY_ID: "terraform",
    AWS_SECRET_ACCESS_KEY: "terraform",
  };
  return (...args) =>
    new Promise((resolve, reject) => {
      const [command = "", ...rest] = args;
      const flags = command === "output" ? [] : ["-input=false", "-no-color"];
      const child = spawn(terraform, [command, ...flags, ...rest], { cwd: folder, env });
      let output = "";
      child.stdout.on("data", (part: Buffer) => {
        output += part.toString();
      });
      child.stderr.on("data", (part: Buffer) => {
        output += part.toString();
      });
      child.on("error", reject);
      child.on("close", (code) => (code === 0 ? resolve(output) : reject(new Error(output))));
    });
}

function lines(text: string, wanted: RegExp): string {
  const found = text.split("\n").filter((line) => wanted.test(line.replace(/^[│╷╵ ]+/, "")) || wanted.test(line));
  return indented(found.map((line) => line.replace(/^[│ ]+/, "").replace(/arn:aws:kms:\S+key\//, "…/")).join("\n"));
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
