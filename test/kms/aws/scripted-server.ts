import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";

export interface SeenRequest {
  /** `TrentService.DescribeKey`; empty for STS. */
  readonly target: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly SeenRequest[];
}

export type Script = (request: SeenRequest, response: ServerResponse) => void;

/** An HTTP server that answers as a test says, for answers that no KMS gives. */
export async function scriptedServer(
  script: Script,
  tls?: { readonly key: string; readonly cert: string },
): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request: SeenRequest = {
        target: String(incoming.headers["x-amz-target"] ?? ""),
        method: incoming.method ?? "",
        url: incoming.url ?? "",
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      requests.push(request);
      script(request, response);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** An answer in KMS's way; its date stays fixed, so that tests can tell it from the local clock. */
export const answerDate = Date.UTC(2031, 4, 6, 7, 8, 9) / 1000;

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    "Content-Type": "application/x-amz-json-1.1",
    Date: new Date(answerDate * 1000).toUTCString(),
    ...headers,
  });
  response.end(JSON.stringify(body));
}

/** An error in KMS's way. */
export function refusal(response: ServerResponse, name: string, message?: string, status = 400): void {
  json(response, { __type: name, ...(message === undefined ? {} : { message }) }, status);
}

/** An answer in the way of STS. */
export function xml(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { "Content-Type": "text/xml", Date: new Date(answerDate * 1000).toUTCString() });
  response.end(body);
}

export function stsRefusal(response: ServerResponse, code: string, message: string, status = 403): void {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  xml(
    response,
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${error}<RequestId>r</RequestId></ErrorResponse>`,
    status,
  );
}

export function assumeRoleAnswer(
  response: ServerResponse,
  accessKeyId: string,
  action: "AssumeRole" | "AssumeRoleWithWebIdentity" = "AssumeRole",
): void {
  const credentials = `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session-of-${accessKeyId}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`;
  const user =
    "<AssumedRoleUser><AssumedRoleId>AROA:byok</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/r/byok</Arn></AssumedRoleUser>";
  xml(
    response,
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${credentials}${user}</${action}Result></${action}Response>`,
  );
}
