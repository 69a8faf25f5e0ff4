/** Facts beside a message. Never key material, tokens, ciphertexts or whole requests. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where the engine tells what it does. Each face sends it to where its users look. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {} };
