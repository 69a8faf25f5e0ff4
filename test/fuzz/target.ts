import { isByokError } from "../../src/engine/errors";
import type { Random } from "./random";

/** One parser, or another place where bytes of strangers come in. */
export interface Target {
  /** By which a case of it is run again. */
  readonly name: string;
  /** Valid inputs, from which mutants are made. */
  readonly examples: readonly Buffer[];
  /** An input made with knowledge of the format. Default: mutants and arbitrary inputs only. */
  readonly make?: (random: Random) => Buffer;
  /** How often it is chosen, in comparison with the others. */
  readonly weight: number;
  /** Whether an error may come out. */
  readonly mayThrow: (error: unknown) => boolean;
  /** How large a result may be: so many times the input, and some. Default 64. */
  readonly growth?: number;
  /** Makes ready what cases share. */
  readonly open: () => Promise<Opened> | Opened;
}

export interface Opened {
  /** Takes an input, and gives what was made of it. What it must never give, it throws. */
  readonly run: (input: Buffer) => unknown;
  readonly close?: () => Promise<void>;
}

/** A target whose cases share nothing. */
export function parser(target: Omit<Target, "open"> & { readonly run: Opened["run"] }): Target {
  const { run, ...rest } = target;
  return { ...rest, open: () => ({ run }) };
}

/** Only byok's own errors, and not the one which says that byok itself is at fault. */
export function byokErrorsOnly(error: unknown): boolean {
  return isByokError(error) && error.code !== "internal" && error.message.length < longestMessage;
}

/** In characters. An error is for people: whatever was read, it does not become longer than a page. */
const longestMessage = 8_000;

/** Nothing may be thrown at all. */
export function noErrors(): boolean {
  return false;
}

export function texts(...examples: readonly string[]): readonly Buffer[] {
  return examples.map((text) => Buffer.from(text));
}

/** What went wrong in the words of a target itself: a result that must not be. */
export class WrongResult extends Error {
  override readonly name = "WrongResult";
}

/** Roughly how much memory a result holds: bytes, characters and members. */
export function sizeOf(result: unknown): number {
  let size = 0;
  const left: unknown[] = [result];
  const seen = new Set<object>();
  while (left.length > 0) {
    const value = left.pop();
    size += 1;
    if (typeof value === "string") size += value.length;
    if (typeof value === "bigint") size += String(value).length;
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Uint8Array) size += value.length;
    else if (value instanceof Map) for (const [key, member] of value) left.push(key, member);
    else if (Array.isArray(value)) for (const member of value) left.push(member);
    else for (const [key, member] of Object.entries(value)) left.push(key, member);
  }
  return size;
}
