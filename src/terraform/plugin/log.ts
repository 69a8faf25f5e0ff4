/** Levels of log lines, from the most to the least talkative. */
export const logLevels = ["trace", "debug", "info", "warn", "error"] as const;
/** How talkative a line is. */
export type LogLevel = (typeof logLevels)[number];

/** Facts beside a message. Never a value that may be secret: no configurations, plans or states. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Writes lines that the host levels again; never put values of the user into one. */
export type Log = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>;

/** Where lines go, and which of them. */
export interface LogOptions {
  /** The least level that is written; null for none at all. */
  readonly level: LogLevel | null;
  /** Names the writer of the lines: `provider.acme`. */
  readonly module: string;
  readonly now: () => Date;
  readonly write: (line: string) => void;
}

/**
 * A log in the form that the host takes apart again (go-hclog's JSON), one object per line.
 */
export function jsonLog({ level, module, now, write }: LogOptions): Log {
  const least = level === null ? logLevels.length : logLevels.indexOf(level);
  const at =
    (name: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (logLevels.indexOf(name) < least) return;
      const line = {
        ...fields,
        "@level": name,
        "@message": message,
        "@module": module,
        "@timestamp": timestamp(now()),
      };
      write(`${JSON.stringify(line)}\n`);
    };
  return { trace: at("trace"), debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** The log that says nothing. */
export const silentLog: Log = jsonLog({ level: null, module: "", now: () => new Date(0), write: () => undefined });

/**
 * The level that Terraform's variables ask for: TF_LOG_PROVIDER_<NAME> before TF_LOG_PROVIDER before TF_LOG. JSON means
 * trace, as it does to Terraform; anything else that is not a level means none.
 */
export function logLevel(environment: Readonly<Record<string, string | undefined>>, provider: string): LogLevel | null {
  const own = `TF_LOG_PROVIDER_${provider.toUpperCase().replaceAll("-", "_")}`;
  const wish = (environment[own] || environment["TF_LOG_PROVIDER"] || environment["TF_LOG"] || "off").toLowerCase();
  return wish === "json" ? "trace" : (logLevels.find((level) => level === wish) ?? null);
}

// The host reads a line only if its time has exactly six digits after the point; a JavaScript date has three.
function timestamp(time: Date): string {
  return time.toISOString().replace("Z", "000Z");
}
