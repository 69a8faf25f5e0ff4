import { execFileSync } from "node:child_process";
import { type EllipticCurve, ellipticCurves, type RsaModulusBits } from "../../src/engine/key-spec";
import { KeyMaterial } from "../../src/engine/key-material";
import { readMaterial, readMaterialValue } from "../../src/engine/material-encoding";
import { keysOf } from "../../src/engine/table";
import { pem } from "./private-key-spellings";
import { thrown } from "./thrown";
import { wycheproofRsaKey } from "./wycheproof";

function openssl(args: string, input: Buffer = Buffer.alloc(0)): Buffer {
  return execFileSync("openssl", args.split(" "), { input, stdio: ["pipe", "pipe", "ignore"] });
}

const fingerprintOf = (bytes: Buffer): string => KeyMaterial.take(bytes).fingerprint;

/** The fingerprint that the documentation computes with OpenSSL. */
function fingerprintByOpenssl(key: Buffer): string {
  const digest = openssl("dgst -sha256 -r", openssl("pkey -pubout -outform DER", key)).toString();
  return `spki:${digest.slice(0, 64)}`;
}

/** Every way in which OpenSSL writes a private key, out of its PEM in PKCS#8. */
function written(key: Buffer, kind: "rsa" | "ec"): Readonly<Record<string, Buffer>> {
  const common = {
    "PKCS#8 in PEM": key,
    "PKCS#8 in DER": openssl("pkcs8 -topk8 -nocrypt -outform DER", key),
    "the older form in PEM": openssl("pkey -traditional", key),
    "the older form in DER": openssl("pkey -traditional -outform DER", key),
  };
  if (kind === "rsa") return common;
  return {
    ...common,
    "SEC1 without its public half in PEM": openssl("ec -no_public", key),
    "SEC1 without its public half in DER": openssl("ec -no_public -outform DER", key),
    "SEC1 with a compressed public half": openssl("ec -conv_form compressed -outform DER", key),
  };
}

const curves: readonly EllipticCurve[] = keysOf(ellipticCurves);
const moduli: readonly RsaModulusBits[] = [2048, 3072, 4096];

describe("a private key as OpenSSL writes it", () => {
  it.each([
    ...curves.map(
      (curve) => [curve, "ec", () => openssl(`genpkey -algorithm EC -pkeyopt ec_paramgen_curve:${curve}`)] as const,
    ),
    ...moduli.map((bits) => [`RSA of ${bits} bits`, "rsa", () => pem("PRIVATE KEY", wycheproofRsaKey(bits))] as const),
  ])("on %s is one key in every form", (_, kind, make) => {
    const key = make();
    const fingerprint = fingerprintByOpenssl(key);
    const canonical = openssl("pkcs8 -topk8 -nocrypt -outform DER", key);
    for (const [form, content] of Object.entries(written(key, kind))) {
      expect({ form, pkcs8: readMaterial(content) }).toEqual({ form, pkcs8: canonical });
      const isText = content.includes("-----");
      if (!isText) {
        const lines = content.toString("base64").replace(/.{76}/g, "$&\n");
        expect({ form, pkcs8: readMaterialValue(lines) }).toEqual({ form, pkcs8: canonical });
        expect(fingerprintOf(content)).toBe(fingerprint);
      }
    }
  });

  it("may follow the name of its curve, as `openssl ecparam -genkey` writes it", () => {
    for (const curve of curves) {
      const key = openssl(`ecparam -name ${curve} -genkey`);
      expect(key.toString()).toContain("BEGIN EC PARAMETERS");
      expect(fingerprintOf(readMaterial(key))).toBe(fingerprintByOpenssl(key));
    }
  });

  it("is refused while it is encrypted, with what to do", () => {
    const key = openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1");
    for (const locked of [
      openssl("pkcs8 -topk8 -passout pass:secret", key),
      openssl("ec -aes256 -passout pass:secret", key),
    ]) {
      expect(thrown(() => readMaterial(locked)).message).toMatch(/must be decrypted first: `openssl pkcs8 -topk8/);
    }
  });
});
