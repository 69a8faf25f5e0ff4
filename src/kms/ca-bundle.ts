import { readFileSync } from "node:fs";
import { ByokError } from "../engine/errors";

/** @throws ByokError `invalid_argument` on `custom_ca_bundle` */
export function readCaBundle(path: string, source: string): string {
  const refuse = (why: string): ByokError =>
    new ByokError("invalid_argument", `The certificates in ${path} (from ${source}) ${why}`, {
      attribute: "custom_ca_bundle",
    });
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw refuse("cannot be read. Correct the path or its permissions.");
  }
  if (!text.includes("-----BEGIN CERTIFICATE-----")) {
    throw refuse("are not PEM: there is no BEGIN CERTIFICATE in the file. Convert it with `openssl x509`.");
  }
  return text;
}
