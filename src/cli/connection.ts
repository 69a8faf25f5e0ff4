import { Option } from "commander";
import { type Run, startRun } from "../engine/run";
import { defaultKms } from "../kms/clouds";
import { keyServices, type KmsSettings } from "../kms/key-services";
import { systemClock } from "../system-clock";
import { logTo, type Streams } from "./streams";

/** The options by which a command reaches a KMS. */
export interface Connection {
  readonly profile?: string;
  readonly endpoint?: string;
}

export function profileOption(): Option {
  return new Option(
    "--profile <name>",
    "profile of the AWS configuration files; default: the usual chain of credentials",
  );
}

export function endpointOption(): Option {
  return new Option("--endpoint <url>", "where KMS is, in place of AWS; plain HTTP on loopback only");
}

/** Works with the KMSs that the options and the environment name, and lets their connections go. */
export async function withRun<T>(connection: Connection, streams: Streams, work: (run: Run) => Promise<T>): Promise<T> {
  const log = logTo(streams);
  const services = keyServices({ [defaultKms]: settings(connection) }, { clock: systemClock, log });
  try {
    return await work(startRun({ clock: systemClock, log, services, allowed: {} }));
  } finally {
    services.destroy();
  }
}

function settings({ profile, endpoint }: Connection): NonNullable<KmsSettings[typeof defaultKms]> {
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint, stsEndpoint: endpoint }),
  };
}
