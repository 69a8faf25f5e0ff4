import { namesOf } from "./names";

/** Variables by name. */
export type Environment = Readonly<Record<string, string>>;

const line = (write: (name: string, value: string) => string) => (environment: Environment) =>
  Object.entries(environment)
    .map(([name, value]) => `${write(name, value)}\n`)
    .join("");

/** Ways to write variables down. */
const formats = {
  /** For `eval` of a POSIX shell. */
  sh: line((name, value) => `export ${name}=${shellQuoted(value)}`),
  fish: line((name, value) => `set -gx ${name} ${shellQuoted(value)}`),
  powershell: line((name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`),
  /** For `docker run --env-file`, $GITHUB_ENV and the like, which know no quotes. */
  dotenv: line((name, value) => `${name}=${value}`),
  json: (environment: Environment) => `${JSON.stringify(environment)}\n`,
} as const satisfies Record<string, (environment: Environment) => string>;

export type EnvironmentFormat = keyof typeof formats;

export const environmentFormats = namesOf(formats);

/** Variables as text, one a line, to be taken over by another program. */
export function environmentText(environment: Environment, format: EnvironmentFormat): string {
  return formats[format](environment);
}

function shellQuoted(value: string): string {
  return /^[\w./:@%+,-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
