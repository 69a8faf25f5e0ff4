import type { Emulator } from "../../../src/emulator/index";

/** What came over the wire, unparsed by any client. */
export interface Reply {
  readonly status: number;
  readonly date: string | null;
  // Answers are examined member by member, whatever they are.
  readonly body: Record<string, unknown>;
}

export const authorization = (region: string, service = "kms", accessKeyId = "test"): string =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20270101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=00`;

/** One request of AWS's JSON 1.1, as plain as can be. */
export async function send(
  emulator: Emulator,
  operation: string,
  input: unknown = {},
  region: string = emulator.region,
): Promise<Reply> {
  const response = await fetch(emulator.url, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.1",
      "X-Amz-Target": `TrentService.${operation}`,
      Authorization: authorization(region),
    },
    body: typeof input === "string" ? input : JSON.stringify(input),
  });
  const body: Record<string, unknown> = JSON.parse(await response.text());
  return { status: response.status, date: response.headers.get("date"), body };
}

/** A member of an answer on the way `a.b.c`; undefined where it is not there. */
export function member(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) {
    found =
      typeof found === "object" && found !== null ? Object.getOwnPropertyDescriptor(found, name)?.value : undefined;
  }
  return found;
}

/** As `member`, for texts. */
export function textOf(value: unknown, path: string): string {
  const found = member(value, path);
  if (typeof found !== "string") throw new Error(`${path} is not a text.`);
  return found;
}
