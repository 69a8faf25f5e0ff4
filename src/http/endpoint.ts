import { ByokError } from "../engine/errors";

/**
 * Where requests may go, whatever the vendor. What is sent to a KMS endpoint is wrapped for anyone who answers there, so:
 * - plain HTTP goes to loopback hosts only;
 * - an endpoint that nobody wrote into the configuration, where it is reviewed, is taken only if it is on a loopback
 *   host or is one of the vendor's own for the service.
 */

export interface Endpoint {
  readonly url: URL;
  /** Where it was written, in words for people: `AWS_ENDPOINT_URL_KMS`. */
  readonly source: string;
}

/** An endpoint as somebody set it. */
export interface WrittenEndpoint {
  readonly text: string;
  readonly source: string;
  /** Whether it stands in the configuration, and not in the environment or a file of the user's. */
  readonly reviewed: boolean;
}

/** What a service's endpoint is judged by. */
export interface EndpointRules {
  /** `KMS` */
  readonly service: string;
  /** `AWS` */
  readonly vendor: string;
  /** The argument that sets the endpoint: `endpoint`. */
  readonly attribute: string;
  /** An endpoint as it should look. */
  readonly example: string;
  /** What else may be done about an endpoint that was not meant, as the end of a sentence. Default: nothing. */
  readonly remedy?: string;
  /** Whether the host is the vendor's own for the service. */
  isOwn(url: URL): boolean;
}

/** In characters: a name of a host has 253 at most. What is refused is shown, so it must not be a page. */
const longestUrl = 512;

/** @throws ByokError `endpoint_not_allowed` */
export function checkedEndpoint({ text, source, reviewed }: WrittenEndpoint, rules: EndpointRules): Endpoint {
  const { attribute, remedy = "" } = rules;
  const refuse = (why: string): ByokError =>
    new ByokError("endpoint_not_allowed", `The endpoint for ${rules.service} from ${source} ${why}`, { attribute });
  const url = text.length <= longestUrl && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "" || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw refuse(`is not a URL like ${rules.example}. Correct it or take it away.`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw refuse("holds more than a host, a port and a path. Take away user names, queries and fragments.");
  }
  if (isLoopback(url.hostname)) return { url, source };
  if (url.protocol === "http:") {
    throw refuse(
      `is plain HTTP to ${url.host}, which anybody on the way can read and answer. Use https; plain HTTP goes to loopback hosts only.`,
    );
  }
  if (!reviewed && !rules.isOwn(url)) {
    throw refuse(
      `is ${url.host}, which is not one of ${rules.vendor}'s own. If it is meant, write it into the configuration as \`${attribute}\`, where it can be reviewed; otherwise take it away${remedy}.`,
    );
  }
  return { url, source };
}

/** Hosts that are this very machine: 127.0.0.0/8, ::1 and `localhost`. URLs spell IPv4 addresses in one way only. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
