import { Command } from "commander";
import { type KeyParams, writeParams } from "../ceremony/params-file";
import { defined } from "../engine/defined";
import { ByokError } from "../engine/errors";
import { parseExpectedFingerprint } from "../engine/fingerprint";
import { freshParameters } from "../engine/import-parameters";
import { type EpochSeconds, formatInstant } from "../engine/instant";
import { keyContext } from "../engine/key-context";
import { isKeySpec, shapeIn } from "../engine/key-spec";
import { materialShapes } from "../engine/kms-profile";
import type { Run } from "../engine/run";
import { chooseWrapping } from "../engine/wrapping-choice";
import { checkNotThere, writeCeremonyFile } from "./ceremony-file";
import { type Connection, endpointOption, profileOption, withRun } from "./connection";
import { failing } from "./failing";
import { processStreams, type Streams } from "./streams";
import { presentOption, transcribed, type TranscriptFlags, type TranscriptNotes, transcriptOption } from "./transcript";

interface Flags extends Connection, TranscriptFlags {
  readonly out: string;
  readonly fingerprint?: string;
  readonly wrappingAlgorithm?: string;
  readonly wrappingKeySpec?: string;
  readonly force?: true;
}

const help = `
The file holds what each KMS gave out: a public key and an import token, which is secret until it is used. On AWS both are
valid for 24 hours. Carry it to where the key material is, and compare the digest there.

Example:
  byok params --fingerprint cmac:… --out payments.params.json KEY-ARN KEY-ARN-IN-ANOTHER-REGION`;

/** `byok params`: what is needed to wrap key material where there is no network. */
export function paramsCommand(streams: Streams = processStreams): Command {
  return new Command("params")
    .description("ask KMSs for what key material is wrapped with, and write it to a file for `byok wrap`")
    .argument("<key-arn...>", "ARNs of keys with the origin EXTERNAL")
    .requiredOption("--out <file>", "the file to write, for its owner only")
    .option("--fingerprint <fingerprint>", "the key material that is expected; `byok wrap` takes no other")
    .option("--wrapping-algorithm <name>", "how it is to be wrapped; default: the strongest that fits")
    .option("--wrapping-key-spec <name>", "the kind of wrapping key; default: the strongest that fits")
    .option("--force", "replace the file if it exists")
    .addOption(transcriptOption())
    .addOption(presentOption())
    .addOption(profileOption())
    .addOption(endpointOption())
    .addHelpText("after", help)
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .action((arns: string[], flags: Flags) =>
      failing(streams, () => transcribed(flags, "params", (note) => writeAll(arns, flags, streams, note))),
    );
}

async function writeAll(
  arns: readonly string[],
  flags: Flags,
  streams: Streams,
  note: (notes: TranscriptNotes) => void,
): Promise<void> {
  const replaces = flags.force === true;
  const { fingerprint } = flags;
  const expected = fingerprint === undefined ? undefined : parseExpectedFingerprint(fingerprint, "fingerprint");
  if (expected?.doubt !== undefined) streams.err(`byok: warning: ${expected.doubt}\n`);
  note({ keys: arns, ...defined({ fingerprint }) });
  await checkNotThere(flags.out, replaces);
  const { keys, madeAt } = await withRun(flags, streams, (run) => parametersOf(run, arns, flags));
  note({ written: await writeCeremonyFile(flags.out, writeParams({ madeAt, fingerprint, keys }), replaces, streams) });
  for (const { keyArn, validTo } of keys) {
    streams.out(`${keyArn}: ${validTo === undefined ? "no end is known" : `valid until ${formatInstant(validTo)}`}\n`);
  }
}

async function parametersOf(
  run: Run,
  arns: readonly string[],
  flags: Flags,
): Promise<{ readonly keys: readonly KeyParams[]; readonly madeAt: EpochSeconds }> {
  const keys: KeyParams[] = [];
  let madeAt = 0;
  // One after the other: a KMS gives one a second.
  for (const arn of new Set(arns)) {
    const { params, at } = await parametersFor(run, arn, flags);
    keys.push(params);
    madeAt = at;
  }
  return { keys, madeAt };
}

async function parametersFor(
  run: Run,
  arn: string,
  { wrappingAlgorithm, wrappingKeySpec }: Flags,
): Promise<{ readonly params: KeyParams; readonly at: EpochSeconds }> {
  const context = keyContext(run, arn, "key-arn", {});
  const { profile } = context.service;
  const { value: key } = await context.service.describe(arn, {});
  if (key === null) {
    throw new ByokError("key_not_found", `${arn} does not exist. Check the ARN, the credentials and the endpoint.`);
  }
  if (key.origin !== "EXTERNAL") {
    throw new ByokError(
      "wrong_origin",
      `${arn} has the origin ${key.origin}, and takes no imported material. Use a key with the origin EXTERNAL.`,
    );
  }
  const { spec } = key;
  if (!isKeySpec(spec) || profile.keySpecs[spec] === undefined) {
    throw new ByokError(
      "unsupported_key_spec",
      `${arn} is of a spec into which no material can be imported. Use another key.`,
    );
  }
  const wrapping = chooseWrapping({ keySpec: spec, profile, algorithm: wrappingAlgorithm, wrappingKeySpec });
  const { wrappingKey, token, validTo, at } = await freshParameters(context, key, wrapping, undefined);
  const shape = shapeIn(materialShapes(profile), spec);
  const { algorithm } = wrapping;
  return { params: { keyArn: key.arn, keySpec: spec, shape, algorithm, wrappingKey, token, validTo }, at };
}
