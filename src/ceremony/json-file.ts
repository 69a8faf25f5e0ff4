import { createHash } from "node:crypto";
import { ByokError } from "../engine/errors";
import { type EpochSeconds, parseInstant } from "../engine/instant";
import { isMaterialShape, type MaterialShape } from "../engine/key-spec";

/** The members of an object that was read from a file, of which nothing is known yet. */
export type Members = Readonly<Record<string, unknown>>;

/** The most that a file of a ceremony may have, in bytes: more than a hundred keys. */
export const largestFileBytes = 1024 * 1024;

/** The version of both kinds of file. */
const version = 1;

/** The most characters of a text in a file. An import token of AWS has about 2,500. */
const longestText = 100_000;

/**
 * Reads the members of files that byok has written itself. Nothing of a file is repeated in an error, since a file that is
 * none of them may hold anything, and one that was changed on its way may say anything.
 */
export class FileReader {
  readonly #what: string;
  readonly #attribute: string;

  /**
   * @param what The kind of file, for messages: `params file`.
   * @param attribute The argument that named it.
   */
  constructor(what: string, attribute: string) {
    this.#what = what;
    this.#attribute = attribute;
  }

  /**
   * The object in the file, of the kind that is expected and of this version, with these members at most.
   *
   * @throws ByokError `invalid_argument`, as all readers of this class.
   */
  whole(content: Buffer, kind: string, names: readonly string[]): Members {
    const whole = parsed(content);
    if (!isMembers(whole) || whole["byok"] !== kind) throw this.fault(`it is no ${this.#what} of byok`);
    if (whole["version"] !== version) {
      throw this.fault("another version of byok wrote it. Use that one, or make the file again with this one");
    }
    return this.only(whole, ["byok", "version", ...names]);
  }

  /** A list of objects, one at least, each with these members at most. */
  list(members: Members, name: string, names: readonly string[]): readonly Members[] {
    const value = members[name];
    if (!Array.isArray(value) || value.length === 0 || !value.every(isMembers)) {
      throw this.fault(`\`${name}\` is no list of objects`);
    }
    return value.map((one) => this.only(one, names));
  }

  text(members: Members, name: string): string {
    const value = members[name];
    if (typeof value === "string" && value !== "" && value.length <= longestText) return value;
    throw this.fault(`\`${name}\` is no text`);
  }

  /** One of the words that `is` knows. */
  word<Name extends string>(members: Members, name: string, is: (text: string) => text is Name): Name {
    const value = this.text(members, name);
    if (is(value)) return value;
    throw this.fault(`\`${name}\` has a value that this version of byok does not know`);
  }

  /** The ARN of a key, in letters that can be shown: which KMS it is of is not judged here. */
  keyArn(members: Members): string {
    const value = this.text(members, "keyArn");
    if (/^(?:arn|acs):[\w:-]{1,200}:key\/[\w-]{1,128}$/.test(value)) return value;
    throw this.fault("`keyArn` is not the ARN of a key");
  }

  /** Bytes in padded standard base64, in its one spelling. */
  bytes(members: Members, name: string): Buffer {
    const value = this.text(members, name);
    const bytes = Buffer.from(value, "base64");
    if (bytes.toString("base64") === value) return bytes;
    throw this.fault(`\`${name}\` is no base64`);
  }

  /** A moment in RFC 3339. */
  instant(members: Members, name: string): EpochSeconds {
    const value = this.text(members, name);
    try {
      return parseInstant(value, name);
    } catch {
      throw this.fault(`\`${name}\` is no moment`);
    }
  }

  /** What the bytes of key material are, as `{"kind":"raw","bytes":32}`. */
  shape(members: Members, name: string): MaterialShape {
    const value = members[name];
    if (isMembers(value) && isMaterialShape(value)) return value;
    throw this.fault(`\`${name}\` is no shape of key material`);
  }

  /** What `read` makes of a member. Undefined where it is absent. */
  optional<T>(members: Members, name: string, read: (members: Members, name: string) => T): T | undefined {
    return members[name] === undefined ? undefined : read(members, name);
  }

  /** @param what What is wrong, in words of byok's own. It follows a colon. */
  fault(what: string): ByokError {
    return new ByokError("invalid_argument", `The ${this.#what} cannot be used: ${what}.`, {
      attribute: this.#attribute,
    });
  }

  private only(members: Members, names: readonly string[]): Members {
    if (Object.keys(members).every((name) => names.includes(name))) return members;
    throw this.fault("it has a member that this version of byok does not know");
  }
}

/** A file as byok writes it: JSON that a reviewer can read. */
export function fileOf(kind: string, members: Members): Buffer {
  return Buffer.from(`${JSON.stringify({ byok: kind, version, ...members }, null, 2)}\n`);
}

/** The SHA-256 of a file, in hexadecimal. */
export function digestOf(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The head of a digest, to be read aloud: 20 digits in groups of four. */
export function spokenDigest(digest: string): string {
  return digest.slice(0, 20).replaceAll(/.{4}(?=.)/g, "$& ");
}

function parsed(content: Buffer): unknown {
  if (content.length > largestFileBytes) return undefined;
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
