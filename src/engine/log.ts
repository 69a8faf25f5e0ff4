/** Facts beside a message. Never key material, tokens, ciphertexts or whole requests. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where the engine tells what it does. Each face sends it to where its users look. */
export interface Log {
  /** Each request and decision, for those who look for a fault. */
  debug(message: string, fields?: LogFields): void;
  /** What byok does to keys. */
  info(message: string, fields?: LogFields): void;
  /** What a user must see, although nothing failed. */
  warn(message: string, fields?: LogFields): void;
}

/** Writes nothing. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {} };
