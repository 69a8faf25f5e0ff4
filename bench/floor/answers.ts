import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** The last answer to each path. */
export type Answers = Map<string, Uint8Array>;

export function readAnswers(file: string): Answers {
  if (!existsSync(file)) return new Map();
  const written: Record<string, string> = JSON.parse(readFileSync(file, "utf8"));
  return new Map(Object.entries(written).map(([path, text]) => [path, Buffer.from(text, "base64")]));
}

export function writeAnswers(file: string, answers: Answers): void {
  const written = [...answers].map(([path, bytes]) => [path, Buffer.from(bytes).toString("base64")]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(written)));
}

/** The file that BYOK_BENCH_ANSWERS names. */
export function answersFile(): string {
  const file = process.env["BYOK_BENCH_ANSWERS"];
  if (file === undefined) throw new Error("BYOK_BENCH_ANSWERS names no file.");
  return file;
}
