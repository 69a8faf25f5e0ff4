/** What the host says to the process that it starts, in its environment (go-plugin's handshake). */
export interface HostEnvironment {
  /** The certificate that the host will show, in PEM; null if it wants no TLS. */
  readonly clientCertificatePem: string | null;
  readonly socketDirectory: string | null;
  /** A group, by name or number, that may connect. */
  readonly socketGroup: string | null;
  /** Where a TCP port may be chosen on systems without Unix sockets. */
  readonly ports: { readonly lowest: number; readonly highest: number };
}

/** Where the server listens. */
export type Address =
  | { readonly network: "unix"; readonly path: string }
  | { readonly network: "tcp"; readonly host: string; readonly port: number };

type Environment = Readonly<Record<string, string | undefined>>;

/** What Terraform sets so that plugins can tell that they were not started by hand. */
export const magicCookie = {
  name: "TF_PLUGIN_MAGIC_COOKIE",
  value: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
} as const;

const protocolVersion = 6;

/** What the environment says, or why this process is not one that a host has started, in a sentence. */
export function readHostEnvironment(environment: Environment): HostEnvironment | string {
  if (environment[magicCookie.name] !== magicCookie.value) {
    return "This is a plugin for Terraform and OpenTofu, which start it themselves. It does nothing when run by hand.";
  }
  const versions = environment["PLUGIN_PROTOCOL_VERSIONS"];
  if (versions && !versions.split(",").includes(String(protocolVersion))) {
    return `This plugin speaks protocol version ${protocolVersion}; the program that started it speaks ${versions}. Use Terraform 1.1 or later, or OpenTofu.`;
  }
  return {
    clientCertificatePem: environment["PLUGIN_CLIENT_CERT"] || null,
    socketDirectory: environment["PLUGIN_UNIX_SOCKET_DIR"] || null,
    socketGroup: environment["PLUGIN_UNIX_SOCKET_GROUP"] || null,
    ports: {
      lowest: port(environment["PLUGIN_MIN_PORT"], 10_000),
      highest: port(environment["PLUGIN_MAX_PORT"], 25_000),
    },
  };
}

/** The one line on stdout that tells the host where to connect and which certificate to trust. */
export function handshakeLine(address: Address, certificateDer: Buffer | null): string {
  const at = address.network === "unix" ? address.path : `${address.host}:${address.port}`;
  // The host's base64 has no padding.
  const certificate = certificateDer ? certificateDer.toString("base64").replace(/=+$/, "") : "";
  return `1|${protocolVersion}|${address.network}|${at}|grpc|${certificate}\n`;
}

function port(text: string | undefined, fallback: number): number {
  const number = Number(text ?? fallback);
  return Number.isInteger(number) && number > 0 && number < 65_536 ? number : fallback;
}
