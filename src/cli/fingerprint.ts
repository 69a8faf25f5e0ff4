import { Command, Option } from "commander";
import { ByokError } from "../engine/errors";
import type { OfferedMaterial } from "../engine/key-material-source";
import { checkShape, type KeySpec, keySpecs, keySpecsFor, shapeWords } from "../engine/key-spec";
import { type MaterialEncoding, materialEncodings } from "../engine/material-encoding";
import { sourceFromUri } from "../material-sources/source-uri";
import { readStream } from "../material-sources/stream";
import { type ConnectedKeyServices, keyServices } from "../kms/key-services";
import { systemClock } from "../system-clock";
import { logTo, processStreams, type Streams } from "./streams";

/** Where the command reads and writes. */
export interface FingerprintStreams extends Streams {
  readonly stdin: AsyncIterable<Buffer | string>;
}

/** `byok fingerprint`: the name of key material, what it is and where it fits. */
export function fingerprintCommand(streams: FingerprintStreams = terminal): Command {
  return new Command("fingerprint")
    .description("print the fingerprint of key material, what it is and which key specs it fits")
    .argument(
      "<source>",
      "where the bytes are: file:PATH, env:NAME, exec:COMMAND, wrap:COMMAND, wrapped:FILE, pkcs11:URI, vault-transit:MOUNT/KEY, secretsmanager:NAME, ssm:NAME, alibaba-secrets:NAME, or - for standard input",
    )
    .addOption(new Option("--encoding <encoding>", "how the bytes are written").choices(materialEncodings))
    .addOption(
      new Option("--key-spec <spec>", "fail unless the bytes fit this key spec").choices(Object.keys(keySpecs)),
    )
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .action(async (source: string, options: FingerprintOptions, command: Command) => {
      if (options.encoding !== undefined && /[?&]encoding=/.test(source)) {
        command.error("error: the encoding is given twice: in the source and as an option");
      }
      try {
        streams.out(await report(source, options, streams));
      } catch (error) {
        streams.err(`byok: error: ${ByokError.from(error).message}\n`);
        streams.exitCode(1);
      }
    });
}

/** Standard input is touched only when it is asked for. */
const terminal: FingerprintStreams = {
  ...processStreams,
  get stdin() {
    return process.stdin;
  },
};

interface FingerprintOptions {
  readonly encoding?: MaterialEncoding;
  readonly keySpec?: KeySpec;
  readonly json?: boolean;
}

const argument = "source";

const help = `
Text may be hex, base64 or PEM. Where a content can be read in more than one way, say which one is meant:
  byok fingerprint 'file:payments.hex?encoding=hex'
  openssl rand 32 | byok fingerprint -
Stores of secrets are asked with the credentials of the environment; the version that was read is printed:
  byok fingerprint 'secretsmanager:payments/key?region=eu-central-1'`;

async function report(source: string, options: FingerprintOptions, streams: FingerprintStreams): Promise<string> {
  const services = keyServices({}, { clock: systemClock, log: logTo(streams) });
  const material = await open(source, options, streams, services).finally(() => services.destroy());
  try {
    for (const warning of material.warnings) streams.err(`byok: warning: ${warning}\n`);
    if (options.keySpec !== undefined) checkShape(material.shape, options.keySpec, argument);
    return options.json === true ? json(material) : columns(material);
  } finally {
    material.destroy();
  }
}

function open(
  source: string,
  { encoding }: FingerprintOptions,
  { stdin }: FingerprintStreams,
  { secrets }: ConnectedKeyServices,
): Promise<OfferedMaterial> {
  if (source === "-") return readStream(stdin, encoding, { name: "standard input", attribute: argument });
  const uri = encoding === undefined ? source : `${source}${source.includes("?") ? "&" : "?"}encoding=${encoding}`;
  // What is printed names the bytes and their version, so nobody has to be told that the source does not.
  const options = { attribute: argument, commandStderr: "inherit", secrets, isFingerprintConfigured: true } as const;
  return sourceFromUri(uri, options).open();
}

function columns(material: OfferedMaterial): string {
  const fits = keySpecsFor(material.shape);
  const rows = [
    ["fingerprint", material.fingerprint],
    ["material", shapeWords(material.shape)],
    ["fits", fits.length === 0 ? "no key spec" : fits.join(", ")],
    ...(material.version === undefined ? [] : [["version", material.version]]),
    ...(material.checkValues?.() ?? []).map(({ name, value }) => [name, value]),
  ];
  const width = Math.max(...rows.map(([name = ""]) => name.length));
  return rows.map(([name = "", value]) => `${name.padEnd(width)}  ${value}\n`).join("");
}

function json(material: OfferedMaterial): string {
  const { fingerprint, shape, version, warnings } = material;
  const facts = {
    fingerprint,
    shape,
    fits: keySpecsFor(shape),
    version,
    checkValues: material.checkValues?.() ?? [],
    warnings,
  };
  return `${JSON.stringify(facts, null, 2)}\n`;
}
