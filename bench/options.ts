import { parseArgs } from "node:util";

export const parts = ["start-up", "terraform", "pulumi"] as const;
export type Part = (typeof parts)[number];

export interface Options {
  /** Resources in a plan. */
  readonly count: number;
  /** Resources in a larger plan, to show what grows faster than their number. */
  readonly many: number;
  readonly only: readonly Part[];
  /** A folder for V8's CPU profiles of byok's provider; undefined where none are taken. */
  readonly profile: string | undefined;
}

export const help = `npm run bench -- [options]

Measures what byok's resources cost, by CPU time, beside others in the same run.

  --count N     resources in a plan; default 1000
  --times T     how many times as many are in a second plan; default 5
  --only PART   one of ${parts.join(", ")}; may be given several times; default all
  --profile DIR one more apply and plan of byok's, whose CPU profiles are written there and summed up
  --help        this text

start-up   each provider from its start to its handshake, beside bare Node
terraform  plan and first apply over healthy byok_imported_key_material, beside terraform_data, beside a provider in Go
           on HashiCorp's plugin framework with the same attributes that calls nothing, and beside the floor: a provider
           that answers every call with prepared bytes
pulumi     up over 200 healthy resources (fewer where N is less), beside as many dynamic resources that do nothing

CPU time is that of the processes as the kernel counts it, so it says the same on a quiet machine and on a busy one.`;

/** @returns null where the help was asked for @throws TypeError for arguments that it does not know */
export function parsedOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: "string", default: "1000" },
      times: { type: "string", default: "5" },
      only: { type: "string", multiple: true, default: [...parts] },
      profile: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const count = Number(values.count);
  if (!Number.isInteger(count) || count < 2) throw new TypeError("--count takes a whole number from 2 on.");
  const times = Number(values.times);
  if (!Number.isInteger(times) || times < 2) throw new TypeError("--times takes a whole number from 2 on.");
  const only = values.only.map((name) => {
    const part = parts.find((one) => one === name);
    if (part === undefined) throw new TypeError(`--only takes ${parts.join(", ")}.`);
    return part;
  });
  return { count, many: count * times, only, profile: values.profile };
}
