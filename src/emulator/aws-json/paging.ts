import { AwsError } from "./errors";

export interface PageRequest {
  readonly Limit: number | undefined;
  readonly Marker: string | undefined;
}

/**
 * One page of items that are ordered by their name; the marker is the name of the last one given.
 * @throws AwsError InvalidMarkerException
 */
export function page<T>(items: readonly T[], name: (item: T) => string, request: PageRequest, defaultLimit: number) {
  const after = request.Marker === undefined ? undefined : openedMarker(request.Marker);
  const rest = after === undefined ? items : items.filter((item) => name(item) > after);
  const shown = rest.slice(0, request.Limit ?? defaultLimit);
  const last = shown.at(-1);
  const truncated = shown.length < rest.length && last !== undefined;
  const marker = truncated ? { NextMarker: Buffer.from(`after:${name(last)}`).toString("base64") } : {};
  return { shown, end: { Truncated: truncated, ...marker } };
}

function openedMarker(marker: string): string {
  const opened = Buffer.from(marker, "base64").toString();
  if (!opened.startsWith("after:")) throw new AwsError("InvalidMarkerException", "Invalid marker");
  return opened.slice("after:".length);
}
