import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCaBundle } from "../../src/kms/ca-bundle";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "byok-ca-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (text: string): string => {
  const path = join(folder, "ca.pem");
  writeFileSync(path, text);
  return path;
};

const expectRefused = (path: string, why: string) => {
  const error = expect.objectContaining({
    code: "invalid_argument",
    attribute: "custom_ca_bundle",
    rawMessage: expect.stringContaining(`The certificates in ${path} (from THE_BUNDLE) ${why}`),
  });
  expect(() => readCaBundle(path, "THE_BUNDLE")).toThrow(error);
};

it("gives the certificates of a file as they are written", () => {
  const text = "# ours ä\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  expect(readCaBundle(file(text), "THE_BUNDLE")).toBe(text);
});

it("says of a file that it cannot be read, or that it holds no certificate, what to do", () => {
  expectRefused(join(folder, "absent.pem"), "cannot be read. Correct the path");
  expectRefused(file(""), "are not PEM: there is no BEGIN CERTIFICATE");
  expectRefused(file("-----BEGIN PRIVATE KEY-----"), "are not PEM");
});
