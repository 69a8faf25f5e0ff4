import { Command, InvalidArgumentError, Option } from "commander";
import { durationInWords, parseDuration } from "../engine/duration";
import { ByokError } from "../engine/errors";
import type { Seconds } from "../engine/instant";
import type { Run } from "../engine/run";
import { type Connection, endpointOption, profileOption, withRun } from "./connection";
import { failureOf, type KeyStatus, keyStatus, lapsesWithin, statusForScripts } from "./key-status";
import { materialTables } from "./material-table";
import { processStreams, type Streams } from "./streams";
import { statusTable } from "./status-table";

interface Flags extends Connection {
  readonly within?: Seconds;
  readonly renewBefore: Seconds;
  readonly json?: true;
}

const day: Seconds = 86_400;

const help = `
Exit codes:
  0  every key was looked at, and with --within none lapses by then
  1  a key does not exist or could not be looked at
  2  with --within: a key has no key material, or will have none by then; or wrong usage

Examples:
  byok status arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
  byok status --within 45d --json $(terraform output -json key_arns | jq -r '.[]')`;

/** `byok status`: the state, lifetime and renewal of keys, as a table with a timeline or as JSON. */
export function statusCommand(streams: Streams = processStreams): Command {
  return new Command("status")
    .description("show state, lifetime, renewal and all materials of keys, and why the next apply would act")
    .argument("<key-arn...>", "ARNs of keys with imported key material")
    .option("--within <duration>", "exit with 2 if a key lapses within this time, such as 45d", duration)
    .addOption(
      new Option("--renew-before <duration>", "how long before its expiry material is to be renewed")
        .argParser(duration)
        .default(30 * day, "30d"),
    )
    .option("--json", "print JSON")
    .addOption(profileOption())
    .addOption(endpointOption())
    .addHelpText("after", help)
    .action(async (arns: string[], flags: Flags) => {
      await withRun(flags, streams, (run) => report(run, arns, flags, streams));
    });
}

async function report(run: Run, arns: readonly string[], flags: Flags, streams: Streams): Promise<void> {
  const looked = await Promise.all(
    arns.map((arn) => keyStatus(run, arn, flags.renewBefore).catch((error: unknown) => failureOf(arn, error))),
  );
  const statuses = looked.flatMap((one) => ("error" in one ? [] : [one]));
  const failures = looked.flatMap((one) => ("error" in one ? [one] : one.material === "key_gone" ? [gone(one)] : []));
  const { within } = flags;
  const lapsing = within === undefined ? [] : statuses.filter((status) => lapsesWithin(status, within));
  if (flags.json === true) {
    const keys = statuses.map((status) => ({ ...statusForScripts(status), lapses: lapsing.includes(status) }));
    const errors = failures.map(({ arn, error }) => ({ arn, code: error.code, message: error.rawMessage }));
    streams.out(`${JSON.stringify({ keys, errors }, null, 2)}\n`);
  } else if (statuses.length > 0) {
    streams.out(`${statusTable(statuses, streams.columns)}${materialTables(statuses, streams.columns)}`);
  }
  for (const { error } of failures) streams.err(`byok: error: ${error.message}\n`);
  if (lapsing.length > 0 && flags.json !== true) {
    const term = durationInWords(within ?? 0);
    streams.err(`byok: ${lapsing.length} of ${arns.length} without key material now or within ${term}:\n`);
    for (const { arn } of lapsing) streams.err(`  ${arn}\n`);
  }
  streams.exitCode(failures.length > 0 ? 1 : lapsing.length > 0 ? 2 : 0);
}

function gone({ arn }: KeyStatus): ReturnType<typeof failureOf> {
  const message = `${arn} does not exist. Check the ARN, and that the credentials and the endpoint are those of its account and Region.`;
  return { arn, error: new ByokError("key_not_found", message) };
}

function duration(text: string): Seconds {
  try {
    return parseDuration(text, "duration");
  } catch (error) {
    throw new InvalidArgumentError(ByokError.from(error).rawMessage.replace(/^`duration`/, "It"));
  }
}
