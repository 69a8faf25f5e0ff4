import { Command } from "commander";
import { readWrapped } from "../ceremony/wrapped-file";
import { ByokError } from "../engine/errors";
import { applyMaterial } from "../engine/imported-key-material";
import type { KeyMaterialSource } from "../engine/key-material-source";
import { type Lifetime, lifetimeFrom } from "../engine/lifetime";
import { observeMaterial } from "../engine/material-observation";
import type { Run } from "../engine/run";
import { WrappedMaterial } from "../material-sources/wrapped";
import { readCeremonyFile } from "./ceremony-file";
import { type Connection, endpointOption, profileOption, withRun } from "./connection";
import { failing } from "./failing";
import { processStreams, type Streams } from "./streams";
import {
  type KeyResult,
  presentOption,
  transcribed,
  type TranscriptFlags,
  type TranscriptNotes,
  transcriptOption,
} from "./transcript";

interface Flags extends Connection, TranscriptFlags {
  readonly validTo?: string;
  readonly validFor?: string;
  readonly again?: true;
}

const help = `
Exit codes:
  0  the material is in every key of the file
  1  it is not in one of them; the others were imported all the same

A key that has a resource in Terraform or Pulumi is better left to it: key_material_source = "wrapped:FILE" keeps plan,
state and lifetime in one place.`;

/** `byok import`: sends what was wrapped elsewhere into its keys. */
export function importCommand(streams: Streams = processStreams): Command {
  return new Command("import")
    .description("import what `byok wrap` wrapped into its keys")
    .argument("<wrapped>", "the file that `byok wrap` wrote")
    .option("--valid-to <moment>", "when the material is to expire, such as 2027-01-31T12:00:00Z; default: never")
    .option("--valid-for <duration>", "how long it is to live from now on, such as 365d; default: for ever")
    .option("--again", "import also where a key holds material: the same bytes, with this lifetime")
    .addOption(transcriptOption())
    .addOption(presentOption())
    .addOption(profileOption())
    .addOption(endpointOption())
    .addHelpText("after", help)
    .configureOutput({ writeOut: streams.out, writeErr: streams.err })
    .action((path: string, flags: Flags) =>
      failing(streams, () => transcribed(flags, "import", (note) => importAll(path, flags, streams, note))),
    );
}

async function importAll(
  path: string,
  flags: Flags,
  streams: Streams,
  note: (notes: TranscriptNotes) => void,
): Promise<void> {
  const lifetime = lifetimeFrom({ validTo: flags.validTo, validFor: flags.validFor });
  const read = await readCeremonyFile(path, "wrapped", streams);
  note({ read });
  const file = readWrapped(read.content, "wrapped");
  const { fingerprint, keys } = file;
  note({ fingerprint, keys: keys.map(({ keyArn }) => keyArn) });
  const names = { name: path, attribute: "wrapped" };
  // From the file as it was read: it may be another one by now.
  const source = { ...names, open: async () => new WrappedMaterial(file, names) };
  const results: KeyResult[] = [];
  await withRun(flags, streams, async (run) => {
    for (const { keyArn } of keys) {
      const result = await resultOf(run, keyArn, source, lifetime, flags.again === true);
      results.push(result);
      note({ results });
      streams.out(`${keyArn}: ${result.said}\n`);
    }
  });
  if (results.some(({ imported }) => !imported)) streams.exitCode(1);
}

async function resultOf(
  run: Run,
  keyArn: string,
  source: KeyMaterialSource,
  lifetime: Lifetime,
  again: boolean,
): Promise<KeyResult> {
  try {
    return { keyArn, imported: true, said: await importInto(run, keyArn, source, lifetime, again) };
  } catch (error) {
    return { keyArn, imported: false, said: `not imported. ${ByokError.from(error).message}` };
  }
}

/** As the resource of a new material does it, which knows nothing of what the key holds. */
async function importInto(
  run: Run,
  keyArn: string,
  source: KeyMaterialSource,
  lifetime: Lifetime,
  again: boolean,
): Promise<string> {
  const wanted = { keyArn, lifetime, onDeletion: "reimport" } as const;
  if (!again) await refuseFull(run, keyArn, lifetime);
  const { record, warnings, error } = await applyMaterial(run, wanted, source, undefined);
  if (error !== undefined) throw error;
  return [record.verified ? "imported" : "imported, and no answer proves which bytes it holds", ...warnings].join(". ");
}

async function refuseFull(run: Run, keyArn: string, lifetime: Lifetime): Promise<void> {
  const { condition } = await observeMaterial(run, keyArn, undefined, { lifetime });
  if (condition.state !== "imported") return;
  throw new ByokError(
    "import_refused",
    `${keyArn} holds key material already, and was left as it is. With --again the KMS compares these bytes with it and takes the same only; its lifetime becomes what is given here.`,
    { attribute: "again" },
  );
}
