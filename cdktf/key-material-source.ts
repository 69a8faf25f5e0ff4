import { posix } from "node:path";
import type { Construct } from "constructs";
import { Token } from "./core";

/** The kinds of source that the provider knows, by the scheme of their URI. */
export const sourceSchemes = [
  "file",
  "env",
  "exec",
  "wrap",
  "wrapped",
  "pkcs11",
  "vault-transit",
  "secretsmanager",
  "ssm",
  "alibaba-secrets",
] as const;

/**
 * The URI as the provider gets it. Terraform runs in a folder below cdktf.out, so relative paths of files and commands
 * are resolved here, against the folder of the app, as far as they are known.
 *
 * Throws for what is no URI, without repeating it: it may be the key itself. What begins with something that Terraform will
 * know later is left as it is.
 */
export function absoluteSource(construct: Construct, uri: string, appFolder: string): string {
  const scheme = sourceSchemes.find((name) => uri.toLowerCase().startsWith(`${name}:`));
  if (scheme === undefined) {
    if (Token.isUnresolved(uri) || uri.includes("${")) return uri;
    const schemes = sourceSchemes.map((name) => `\`${name}:\``).join(", ");
    throw new Error(
      `${construct.node.path}: \`keyMaterialSource\` must begin with ${schemes}, as in \`file:keys/payments.bin\`. It says where the bytes are and is written to cdk.tf.json; bytes go into \`keyMaterial\`, as a reference to an ephemeral value.`,
    );
  }
  return absolutePlace(uri, appFolder);
}

/** A source, or the beginning of one in `allowedMaterialSources`, with its relative path resolved; else as it is. */
export function absolutePlace(uri: string, appFolder: string): string {
  const scheme = sourceSchemes.find((name) => uri.toLowerCase().startsWith(`${name}:`));
  if (scheme === undefined) return uri;
  const place = uri.slice(scheme.length + 1);
  switch (scheme) {
    case "file":
    case "wrapped":
      return isRelative(place) ? `${scheme}:${absolute(place, appFolder)}` : uri;
    case "exec":
    case "wrap":
      return /^(?!\$\{)[^/ ?][^ ?]*\//.test(place) ? `${scheme}:${absolute(place, appFolder)}` : uri;
    case "env":
    case "pkcs11":
    case "vault-transit":
    case "secretsmanager":
    case "ssm":
    case "alibaba-secrets":
      // Nothing in them is relative.
      return uri;
  }
}

/** An empty place, or a `~` that only a shell understands, is for the provider to refuse. */
function isRelative(place: string): boolean {
  return place !== "" && !/^(\/|~|\?|\$\{|[A-Za-z]:[\\/])/.test(place);
}

/** The path stays as the user encoded it; the folder in front is encoded as paths in a URI are. */
function absolute(place: string, appFolder: string): string {
  const folder = appFolder.split(/[/\\]/).map(encodeURIComponent).join("/");
  const found = place.search(/[? ]|\$\{/);
  const end = found === -1 ? place.length : found;
  if (!place.startsWith("${", end)) return posix.resolve("/", folder, place.slice(0, end)) + place.slice(end);
  const name = place.lastIndexOf("/", end) + 1;
  return posix.join(posix.resolve("/", folder, place.slice(0, name)), "/") + place.slice(name);
}
