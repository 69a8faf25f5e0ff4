// A key's life in half a minute: `npm run demo`. Everything happens on this machine: the KMS is the embedded one, and
// the requests to it are the official AWS client's.
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { styleText } from "node:util";
import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  applyMaterial,
  assess,
  ensureKey,
  formatInstant,
  keyServices,
  lifetimeFrom,
  observeMaterial,
  silentLog,
  sourceFromUri,
  startRun,
  systemClock,
} from "byok";
import { startEmulator } from "byok/emulator";

// The SDK announces at every start what docs/aws.md says once.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

const region = "eu-central-1";
const say = (text) => process.stdout.write(`${text}\n`);
const style = (format, text) => styleText(format, text, { stream: process.stdout });
const step = (title) => say(`\n${style("bold", title)}`);
const fact = (name, value) => say(`  ${style("dim", name.padEnd(12))} ${value}`);

const folder = mkdtempSync(join(tmpdir(), "byok-demo-"));
const kms = await startEmulator({ region });
const aws = { region, endpoint: kms.url, stsEndpoint: kms.url, accessKey: "demo", secretKey: "demo" };
const services = keyServices({ aws }, { clock: systemClock, log: silentLog });
const newRun = () => startRun({ clock: systemClock, log: silentLog, services, allowed: {} });
const user = new KMSClient({
  region,
  endpoint: kms.url,
  credentials: { accessKeyId: "user", secretAccessKey: "user" },
});

/** The official client as whoever uses the key: the text, or what AWS says instead. */
const decrypted = async (ciphertext) => {
  try {
    const { Plaintext } = await user.send(new DecryptCommand({ CiphertextBlob: ciphertext }));
    return style("green", `"${Buffer.from(Plaintext).toString()}"`);
  } catch (error) {
    return style("red", `${error.name}: ${error.message}`);
  }
};

try {
  step("1  32 bytes are generated outside the cloud");
  const file = join(folder, "payments.bin");
  writeFileSync(file, randomBytes(32), { mode: 0o600 });
  const source = sourceFromUri(`file:${file}?encoding=raw`, { attribute: "key_material_source" });
  const offered = await source.open();
  const { fingerprint } = offered;
  offered.destroy();
  fact("file", "payments.bin, 32 bytes, readable by its owner only");
  fact("fingerprint", fingerprint);

  step("2  An empty key is created, and the bytes are imported, wrapped, for 90 days");
  const wanted = { lifetime: lifetimeFrom({ validFor: "90d", renewBefore: "30d" }), onDeletion: "reimport" };
  const run = newRun();
  const { record: key } = await ensureKey(run, { kms: "aws", region, multiRegion: false }, undefined);
  const settings = { ...wanted, keyArn: key.arn };
  const first = (await applyMaterial(run, settings, source, undefined)).record;
  fact("key", key.arn);
  fact("valid to", formatInstant(first.validTo));

  step("3  Somebody encrypts with it");
  const { CiphertextBlob: ciphertext } = await user.send(
    new EncryptCommand({ KeyId: key.arn, Plaintext: Buffer.from("the quarterly figures") }),
  );
  fact("ciphertext", `${Buffer.from(ciphertext).toString("base64").slice(0, 48)}…`);
  fact("decrypts to", await decrypted(ciphertext));

  step("4  91 days later nobody has renewed it");
  kms.clock.advance("91d");
  fact("now", formatInstant(Math.floor(kms.clock.now().getTime() / 1000)));
  fact("decrypts to", await decrypted(ciphertext));

  step("5  The next plan says why");
  const { condition } = await observeMaterial(newRun(), key.arn, first, settings.lifetime);
  const plan = assess({
    wanted: settings,
    condition,
    record: first,
    offer: { kind: "bytes", fingerprint, attribute: "key_material_source" },
  });
  fact("plan", `${style("yellow", `~ ${plan.action}`)}: ${plan.reason}`);

  step("6  Other bytes are refused before anything is called");
  writeFileSync(join(folder, "other.bin"), randomBytes(32), { mode: 0o600 });
  const other = sourceFromUri(`file:${join(folder, "other.bin")}?encoding=raw`, { attribute: "key_material_source" });
  const mark = kms.requests.mark();
  const refusal = await applyMaterial(newRun(), settings, other, first).catch((error) => error.message);
  fact("error", style("red", refusal.split(". ")[0]));
  fact("requests", `${kms.requests.since(mark).length}`);

  step("7  The same bytes bring the key back");
  const again = (await applyMaterial(newRun(), settings, source, first)).record;
  fact(
    "requests",
    kms.requests
      .since(mark)
      .map((request) => request.operation)
      .join(", "),
  );
  fact("valid to", formatInstant(again.validTo));
  fact("decrypts to", await decrypted(ciphertext));

  step("8  Its life so far");
  timeline(first, again);
} finally {
  user.destroy();
  services.destroy();
  await kms.close();
  rmSync(folder, { recursive: true });
}

function timeline(first, again) {
  const perDay = 60 / 181;
  const stretch = (from, to, mark) => mark.repeat(Math.max(1, Math.round(((to - from) / 86_400) * perDay)));
  const line =
    style("green", stretch(first.importedAt, first.validTo, "━")) +
    style("red", stretch(first.validTo, again.importedAt, "·")) +
    style("green", stretch(again.importedAt, again.validTo - 30 * 86_400, "━")) +
    style("yellow", stretch(again.validTo - 30 * 86_400, again.validTo, "╌"));
  const date = (moment) => formatInstant(moment).slice(0, 10);
  say(`  ${line}`);
  say(`  ${date(first.importedAt).padEnd(22)}${`${date(first.validTo)} expired`.padEnd(28)}${date(again.validTo)}`);
  say(`  ${style("green", "━")} in force   ${style("red", "·")} no key material   ${style("yellow", "╌")} renewal due`);
}
