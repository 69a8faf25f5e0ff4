import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { ByokError } from "../../engine/errors";
import { checkedEndpoint } from "../../http/endpoint";
import type { ClientCertificate } from "../../http/http-sender";
import type { Environment } from "../../http/surroundings";
import { named, type SourceNames, systemErrorCode, unavailable } from "../opened";
import { vault } from "./vendor";

/** Where a Vault is, and who asks there. */
export interface VaultConnection {
  readonly url: URL;
  /** Never in a message. */
  readonly token: string;
  readonly namespace?: string | undefined;
  /** PEM certificates to trust in place of Node's own. */
  readonly caBundle?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** The name that must stand in Vault's certificate. Default: the host of the URL. */
  readonly serverName?: string | undefined;
}

/**
 * The connection that the variables of Vault's own clients describe: VAULT_ADDR, VAULT_TOKEN or `~/.vault-token`,
 * VAULT_NAMESPACE, VAULT_CACERT, VAULT_CLIENT_CERT with VAULT_CLIENT_KEY, and VAULT_TLS_SERVER_NAME; each also as OpenBao
 * spells it, with BAO_. Nothing is sent.
 *
 * @throws ByokError `material_unavailable` without an address or a token; `endpoint_not_allowed`, and `invalid_argument` for
 * the rest that cannot be used. No value of a variable is quoted but paths and hosts.
 */
export function vaultConnection(env: Environment, source: SourceNames): VaultConnection {
  const variables = variablesIn(env, source);
  checkVerification(env, source);
  const address = variables("ADDR");
  if (address === undefined) {
    throw unavailable("No Vault is configured. Set VAULT_ADDR (or BAO_ADDR for OpenBao) and VAULT_TOKEN.", source);
  }
  const url = vaultUrl(address, source);
  const caBundle = pemFile(variables("CACERT"), source);
  const clientCertificate = clientCertificateIn(variables, source);
  checkTls({ caBundle, clientCertificate }, source);
  return {
    url,
    token: tokenIn(variables, env, source),
    namespace: variables("NAMESPACE")?.value,
    caBundle,
    clientCertificate,
    serverName: variables("TLS_SERVER_NAME")?.value,
  };
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** A variable by the end of its name. An empty one counts as not set. */
type Variables = (end: string) => Variable | undefined;

function variablesIn(env: Environment, source: SourceNames): Variables {
  const { VAULT_ADDR: vaultAddress = "", BAO_ADDR: baoAddress = "" } = env;
  if (vaultAddress !== "" && baoAddress !== "" && vaultAddress !== baoAddress) {
    throw wrong("VAULT_ADDR and BAO_ADDR name different servers. Unset the one that is not meant.", source);
  }
  // OpenBao's variables go before Vault's where OpenBao is what is reached.
  const prefixes = vaultAddress === "" && baoAddress !== "" ? ["BAO_", "VAULT_"] : ["VAULT_", "BAO_"];
  return (end) => {
    const name = prefixes.map((prefix) => `${prefix}${end}`).find((one) => (env[one] ?? "") !== "");
    return name === undefined ? undefined : { name, value: env[name] ?? "" };
  };
}

/** The words for "no" of Vault's own clients. */
const falseWords = ["", "0", "f", "F", "false", "False", "FALSE"];

function checkVerification(env: Environment, source: SourceNames): void {
  const name = ["VAULT_SKIP_VERIFY", "BAO_SKIP_VERIFY"].find((one) => !falseWords.includes(env[one] ?? ""));
  if (name === undefined) return;
  throw wrong(
    `${name} is set, and who answers is always verified. Unset it, and name the certificate of Vault's CA in VAULT_CACERT.`,
    source,
  );
}

function vaultUrl({ name, value }: Variable, source: SourceNames): URL {
  const { attribute } = source;
  const rules = {
    service: vault.name,
    vendor: vault.name,
    attribute,
    example: "https://vault.example.com:8200",
    // Vault runs on hosts of its users' own.
    isOwn: () => true,
  };
  try {
    return checkedEndpoint({ text: value, source: name, reviewed: false }, rules).url;
  } catch (error) {
    throw named(ByokError.from(error), source);
  }
}

const tokenFile = ".vault-token";

function tokenIn(variables: Variables, env: Environment, source: SourceNames): string {
  const variable = variables("TOKEN");
  const { name, value } = variable ?? { name: `~/${tokenFile}`, value: tokenOnFile(env, source) };
  if (value === "") {
    throw unavailable(`No token for Vault was found. Set VAULT_TOKEN, or log in with \`vault login\`.`, source);
  }
  // Anything else could not be sent as a header, and Node's error might show it.
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw wrong(`The token in ${name} has a character that no token has, such as a blank. Correct it.`, source);
}

/** The token that `vault login` left. Empty: there is none. */
function tokenOnFile(env: Environment, source: SourceNames): string {
  const path = join(env["HOME"] ?? env["USERPROFILE"] ?? homedir(), tokenFile);
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "";
    throw unavailable(`The token in ~/${tokenFile} cannot be read (${code}). Correct its permissions.`, source);
  }
}

function clientCertificateIn(variables: Variables, source: SourceNames): ClientCertificate | undefined {
  const [cert, key] = [pemFile(variables("CLIENT_CERT"), source), pemFile(variables("CLIENT_KEY"), source)];
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw wrong("VAULT_CLIENT_CERT and VAULT_CLIENT_KEY go together, and only one is set. Set both or none.", source);
}

function pemFile(variable: Variable | undefined, source: SourceNames): string | undefined {
  if (variable === undefined) return undefined;
  const { name, value } = variable;
  let text: string;
  try {
    text = readFileSync(value, "utf8");
  } catch (error) {
    throw wrong(`The file that ${name} names cannot be read (${systemErrorCode(error)}). Correct its path.`, source);
  }
  if (text.includes("-----BEGIN ")) return text;
  throw wrong(`The file that ${name} names is not PEM. Convert it with \`openssl\`.`, source);
}

/** Otherwise the first request would fail, in the words of OpenSSL. */
function checkTls(
  { caBundle, clientCertificate }: Pick<VaultConnection, "caBundle" | "clientCertificate">,
  source: SourceNames,
): void {
  try {
    createSecureContext({ ...(caBundle === undefined ? {} : { ca: caBundle }), ...clientCertificate });
  } catch {
    throw wrong(
      "What VAULT_CACERT, VAULT_CLIENT_CERT or VAULT_CLIENT_KEY name cannot be used: a certificate is broken, or the key is encrypted or belongs to another certificate.",
      source,
    );
  }
}

function wrong(fault: string, source: SourceNames): ByokError {
  return named(new ByokError("invalid_argument", fault), source);
}
