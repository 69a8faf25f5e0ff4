import { type Call, checkCall } from "../engine/call";
import { ByokError } from "../engine/errors";
import { fingerprintOfPublicKey } from "../engine/fingerprint";
import type { KeyMaterialSource, OfferedMaterial } from "../engine/key-material-source";
import { shapeOfPublicKey } from "../engine/public-key";
import { DeviceMaterial } from "./device-material";
import type { MaterialSourceOptions } from "./material-source-options";
import { named, opened, type SourceNames, unavailable } from "./opened";
import type { SourceKindRow } from "./source-text";
import { withVault } from "./vault/client";
import { type ExportType, isByokExportAlgorithm, type Transit, transit, type TransitVersion } from "./vault/transit";
import { publicKeyOf, type TransitKey, untrusted } from "./vault/transit-answers";
import { type TransitPlace, transitPlace } from "./vault/transit-place";

/** `vault-transit:transit/payments?version=3`, with `&export=true` for a symmetric key. */
export const vaultTransitKind: SourceKindRow<TransitPlace> = {
  parse: transitPlace,
  segments: ({ mount, key }) => [...mount.split("/"), key],
  source: vaultTransitSource,
};

/**
 * A key in the Transit engine of Vault or OpenBao. A private key stays there, and Vault wraps it for the KMS; a symmetric one
 * is read. Which version is meant is settled once, when it is opened.
 */
export function vaultTransitSource(place: TransitPlace, options: MaterialSourceOptions): KeyMaterialSource {
  const source = { name: `vault-transit:${place.mount}/${place.key}`, attribute: options.attribute };
  return {
    ...source,
    async open(call) {
      checkCall(call);
      return withVault(options, source, (client) => openKey(transit(client, source), place, { options, source, call }));
    },
  };
}

interface Opening {
  readonly options: MaterialSourceOptions;
  readonly source: SourceNames;
  readonly call: Call | undefined;
}

async function openKey(engine: Transit, place: TransitPlace, opening: Opening): Promise<OfferedMaterial> {
  const { source, call } = opening;
  const key = await engine.describe(place, call);
  const kind = checkedKind(key, place, source);
  const version = place.version ?? key.latestVersion;
  const of = { mount: place.mount, key: place.key, version };
  const warnings = unpinned(place, version, opening);
  if (kind === "private") return wrapper(key, of, warnings, opening);
  const text = await engine.export(of, kind, call);
  return opened(text, "base64", source, { warnings, version: String(version) });
}

/** What a key of each type is to a KMS: a private key, which goes wrapped, or what of it is exported. */
const kinds = {
  "rsa-2048": "private",
  "rsa-3072": "private",
  "rsa-4096": "private",
  "ecdsa-p256": "private",
  "ecdsa-p384": "private",
  "ecdsa-p521": "private",
  "aes128-gcm96": "encryption-key",
  "aes256-gcm96": "encryption-key",
  "chacha20-poly1305": "encryption-key",
  "xchacha20-poly1305": "encryption-key",
  hmac: "hmac-key",
} as const satisfies Record<string, "private" | ExportType>;

function isKind(type: string): type is keyof typeof kinds {
  return Object.hasOwn(kinds, type);
}

function checkedKind(
  { type, exportable, softDeleted }: TransitKey,
  { mount, key, exported }: TransitPlace,
  source: SourceNames,
): "private" | ExportType {
  if (softDeleted)
    throw unavailable("The key was deleted and waits to be restored. Restore it, then run again.", source);
  if (!isKind(type)) {
    throw named(
      new ByokError(
        "wrong_material",
        `Its type is one that no KMS imports. Use one of ${Object.keys(kinds).join(", ")}.`,
      ),
      source,
    );
  }
  const kind = kinds[type];
  if (kind === "private" && exported === true) {
    throw named(
      new ByokError(
        "invalid_argument",
        `It is a private key (${type}), which Vault wraps for the KMS so that no byte comes here. Take \`export=true\` away.`,
      ),
      source,
    );
  }
  if (kind !== "private" && exported !== true) {
    throw named(
      new ByokError(
        "unsupported_wrapping",
        `It is a symmetric key (${type}). Vault wraps by RSA_AES_KEY_WRAP, and a KMS takes private keys only wrapped so. To have byok read the key and wrap it, add \`export=true\`; for a symmetric key that must not leave its device use an HSM.`,
      ),
      source,
    );
  }
  if (exportable) return kind;
  throw named(
    new ByokError(
      "wrapper_refused",
      `The key is not exportable, so Vault lets it out neither plain nor wrapped. Make it exportable, which cannot be taken back: \`vault write ${mount}/keys/${key}/config exportable=true\`.`,
    ),
    source,
  );
}

function unpinned({ version }: TransitPlace, latest: number, { options, source }: Opening): readonly string[] {
  if (version !== undefined || options.isFingerprintConfigured === true) return [];
  return [
    `\`${source.name}\` names no version, so the latest one is taken, which is ${latest} now. Once the key is rotated in Vault, that is another key. Add \`?version=${latest}\` to the source, or set \`fingerprint\`.`,
  ];
}

function wrapper(
  key: TransitKey,
  of: TransitVersion,
  warnings: readonly string[],
  { options, source }: Opening,
): OfferedMaterial {
  const told = [...warnings];
  return new DeviceMaterial(
    {
      ...identity(key, of, source),
      algorithms: ["RSA_AES_KEY_WRAP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1"],
      warnings: told,
      version: String(of.version),
      wrap: async (wrappingKey, algorithm, call) => {
        if (!isByokExportAlgorithm(algorithm)) throw notAsked(algorithm, source);
        const warn = (warning: string): void => void told.push(warning);
        return withVault(options, source, (client) =>
          transit(client, source).wrap(of, wrappingKey, algorithm, warn, call),
        );
      },
    },
    source,
  );
}

function identity({ versions }: TransitKey, { version }: TransitVersion, source: SourceNames) {
  if (!versions.has(version)) {
    const known = [...versions.keys()].toSorted((one, other) => one - other).slice(-10);
    const words = known.length === 0 ? "no version" : `version ${known.join(", ")}`;
    throw unavailable(
      `There is no version ${version} of the key, or it is below \`min_decryption_version\`; there is ${words}. Correct \`version\` in the source.`,
      source,
    );
  }
  const publicKey = publicKeyOf(versions.get(version));
  const shape = publicKey && shapeOfPublicKey(publicKey);
  if (publicKey === undefined || shape === undefined) throw named(untrusted(), source);
  return { fingerprint: fingerprintOfPublicKey(publicKey.export({ format: "der", type: "spki" })), shape };
}

function notAsked(algorithm: string, source: SourceNames): ByokError {
  return named(
    new ByokError("unsupported_wrapping", `Vault does not wrap by ${algorithm}. Set another \`wrapping_algorithm\`.`),
    source,
  );
}
