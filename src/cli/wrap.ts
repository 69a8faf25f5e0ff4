import { Command } from "commander";
import { type KeyParams, type ParamsFile, readParams } from "../ceremony/params-file";
import { type WrappedKey, writeWrapped } from "../ceremony/wrapped-file";
import { ByokError } from "../engine/errors";
import {
  type ExpectedFingerprint,
  type Fingerprint,
  isAsExpected,
  parseExpectedFingerprint,
} from "../engine/fingerprint";
import { type EpochSeconds, formatInstant } from "../engine/instant";
import type { OfferedMaterial } from "../engine/key-material-source";
import { checkShape } from "../engine/key-spec";
import { checkWrapping } from "../engine/wrapping-choice";
import { sourceFromUri } from "../material-sources/source-uri";
import { systemClock } from "../system-clock";
import { checkNotThere, readCeremonyFile, writeCeremonyFile } from "./ceremony-file";
import { type Assembled, assembled, shownValues } from "./components";
import { failing } from "./failing";
import { processStreams, type Streams } from "./streams";
import {
  andBefore,
  presentOption,
  transcribed,
  type TranscriptFlags,
  type TranscriptNotes,
  transcriptOption,
} from "./transcript";
import { ownTerminal, shownLine, type Terminal } from "./typed-line";

interface Flags extends TranscriptFlags {
  readonly out: string;
  readonly component?: readonly string[];
  readonly fingerprint?: string;
  readonly force?: true;
}

const help = `
It needs neither network nor credentials. With --component the key is the exclusive or of several components, each as long
as the key; - has a custodian type one at the terminal, unseen, and confirm its check value.

Examples:
  byok wrap payments.params.json 'file:payments.bin?encoding=raw' --fingerprint cmac:… --out payments.wrapped.json
  byok wrap payments.params.json --component - --component - --component - --out payments.wrapped.json`;

/** `byok wrap`: wraps key material where there is no network, for the keys of a params file. */
export function wrapCommand(streams: Streams = processStreams): Command {
  return new Command("wrap")
    .description("wrap key material for the keys of a params file, where there is no network")
    .argument("<params>", "the file that `byok params` wrote")
    .argument("[source]", "where the key material is: file:PATH, env:NAME, exec:COMMAND or wrap:COMMAND")
    .option(
      "--component <source>",
      "a component of the key, twice or more, in place of a source; - asks for it at the terminal",
      andBefore,
    )
    .requiredOption("--out <file>", "the file to write: wrapped bytes only")
    .option(
      "--fingerprint <fingerprint>",
      "the key material that is expected; without it, a check value has to be typed",
    )
    .option("--force", "replace the file if it exists")
    .addOption(transcriptOption())
    .addOption(presentOption())
    .addHelpText("after", help)
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .action((params: string, source: string | undefined, flags: Flags) =>
      failing(streams, () =>
        transcribed(flags, "wrap", (note) =>
          wrapAll({ params, source, flags, streams, note, terminal: ownTerminal() }),
        ),
      ),
    );
}

interface Ceremony {
  readonly params: string;
  readonly source: string | undefined;
  readonly flags: Flags;
  readonly streams: Streams;
  readonly terminal: Terminal | undefined;
  readonly note: (notes: TranscriptNotes) => void;
}

async function wrapAll(ceremony: Ceremony): Promise<void> {
  const { flags, streams, note } = ceremony;
  const read = await readCeremonyFile(ceremony.params, "params", streams);
  note({ read });
  const params = readParams(read.content, "params");
  note({ keys: params.keys.map(({ keyArn }) => keyArn) });
  const expected = expectedFingerprint(flags, params);
  const now = Math.floor(systemClock.now() / 1000);
  refuseExpired(params, now);
  await checkNotThere(flags.out, flags.force === true);
  const material = await openedMaterial(ceremony);
  try {
    const { fingerprint, shape } = material;
    const checkValues = material.checkValues?.() ?? [];
    note({ fingerprint, checkValues });
    for (const warning of material.warnings) streams.err(`byok: warning: ${warning}\n`);
    streams.out(`The key: ${fingerprint}\n  ${shownValues(checkValues)}\n`);
    for (const key of params.keys) checkFits(material, key, argumentOf(ceremony));
    await confirm(fingerprint, expected, ceremony);
    const keys: WrappedKey[] = [];
    for (const key of params.keys) keys.push(await wrapFor(key, material));
    const content = writeWrapped({ madeAt: now, fingerprint, shape, paramsDigest: read.digest, keys });
    note({ written: await writeCeremonyFile(flags.out, content, flags.force === true, streams) });
    for (const key of keys) streams.out(`${key.keyArn}: wrapped${until(key)}\n`);
  } finally {
    material.destroy();
  }
}

/** The key material: of a source, or made of its components. */
async function openedMaterial({ source, flags, streams, terminal, note }: Ceremony): Promise<OfferedMaterial> {
  const { component: uris } = flags;
  if (source !== undefined && uris === undefined) {
    return sourceFromUri(source, { attribute: "source", commandStderr: "inherit" }).open();
  }
  if (source === undefined && uris !== undefined) {
    const { material, components }: Assembled = await assembled(uris, terminal, streams.out);
    note({ components });
    return material;
  }
  throw new ByokError("invalid_argument", "Give a source, or --component twice or more, and not both.", {
    attribute: "source",
  });
}

function argumentOf({ source }: Ceremony): string {
  return source === undefined ? "component" : "source";
}

/** Whether the material can be wrapped for a key, in the way that its parameters ask for. */
function checkFits(material: OfferedMaterial, key: KeyParams, attribute: string): void {
  const { shape, algorithms } = material;
  const { keySpec, algorithm, wrappingKey } = key;
  if (material.wrappedFor !== undefined) {
    throw new ByokError("invalid_argument", "That is wrapped already. Import it with `byok import`.", { attribute });
  }
  checkShape(shape, keySpec, attribute, { [keySpec]: key.shape });
  checkWrapping(shape, algorithm, wrappingKey.spec);
  if (algorithms === undefined || algorithms.includes(algorithm)) return;
  throw new ByokError(
    "unsupported_wrapping",
    `The params file asks for ${algorithm}, and what holds the key material wraps by ${algorithms.join(", ")}. Make other params with \`byok params --wrapping-algorithm\`.`,
    { attribute },
  );
}

async function wrapFor(key: KeyParams, material: OfferedMaterial): Promise<WrappedKey> {
  const { keyArn, keySpec, algorithm, wrappingKey, token, validTo } = key;
  const wrapped = await material.wrap(wrappingKey, algorithm);
  return { keyArn, keySpec, algorithm, wrappingKeySpec: wrappingKey.spec, token, validTo, wrapped };
}

function until({ validTo }: WrappedKey): string {
  return validTo === undefined ? "" : `, to be imported until ${formatInstant(validTo)}`;
}

/** The fingerprint that was reviewed, or the check value that somebody reads off a sheet, must be this key's. */
async function confirm(
  fingerprint: Fingerprint,
  expected: ExpectedFingerprint | undefined,
  ceremony: Ceremony,
): Promise<void> {
  if (expected !== undefined && isAsExpected(fingerprint, expected)) {
    if (expected.doubt !== undefined) ceremony.streams.err(`byok: warning: ${expected.doubt}\n`);
    return;
  }
  const attribute = argumentOf(ceremony);
  if (expected !== undefined) {
    throw new ByokError(
      "different_material",
      `These are other bytes (${fingerprint}) than expected (${expected.text}). Nothing was wrapped. Check the components, or the source.`,
      { attribute },
    );
  }
  if (await isTyped(fingerprint, ceremony.terminal)) return;
  throw new ByokError(
    "different_material",
    "Other digits were typed than those of this key. Nothing was wrapped. Check the components, or the source.",
    { attribute },
  );
}

/** Whether somebody types the head of the fingerprint, which of an AES key is its CMAC check value of 3 bytes. */
async function isTyped(fingerprint: Fingerprint, terminal: Terminal | undefined): Promise<boolean> {
  if (terminal === undefined) {
    throw new ByokError(
      "invalid_argument",
      "Nothing says which key this should be. Give --fingerprint, or confirm the check value at a terminal.",
      { attribute: "fingerprint" },
    );
  }
  const [kind, digits = ""] = fingerprint.split(":");
  const what = kind === "cmac" ? "its CMAC check value of 3 bytes" : "the first digits of its fingerprint";
  const typed = await shownLine(terminal, `To wrap this key, type ${what} (six digits): `);
  return typed.toLowerCase() === digits.slice(0, 6);
}

/** What is expected, by the file and by the option; the one that says more where both do. */
function expectedFingerprint({ fingerprint }: Flags, params: ParamsFile): ExpectedFingerprint | undefined {
  const texts = [fingerprint, params.fingerprint].filter((text) => text !== undefined);
  const [one, two = one] = texts.map((text) => parseExpectedFingerprint(text, "fingerprint"));
  if (one === undefined || two === undefined) return undefined;
  const [short, long] = one.text.length < two.text.length ? [one, two] : [two, one];
  if (long.text.startsWith(short.text)) return long;
  throw new ByokError(
    "different_material",
    `The params file expects ${params.fingerprint}, and --fingerprint is ${fingerprint}. Nothing was wrapped. Find out which key it should be.`,
    { attribute: "fingerprint" },
  );
}

/** By the clock of this machine, the only one at hand. */
function refuseExpired({ keys }: ParamsFile, now: EpochSeconds): void {
  const expired = keys.flatMap(({ keyArn, validTo }) =>
    validTo !== undefined && validTo <= now ? [`${keyArn} (until ${formatInstant(validTo)})`] : [],
  );
  if (expired.length === 0) return;
  throw new ByokError(
    "invalid_argument",
    `By this machine's clock the import token has expired of ${expired.join(", ")}. Nothing was wrapped. Make new params with \`byok params\`, or correct the clock.`,
    { attribute: "params" },
  );
}
