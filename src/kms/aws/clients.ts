import type { KMSClient, KMSClientConfig } from "@aws-sdk/client-kms";
import type { STSClient, STSClientConfig } from "@aws-sdk/client-sts";
import { ByokError } from "../../engine/errors";
import type { EpochSeconds } from "../../engine/instant";
import { answerDate } from "../answer-date";
import { once } from "../once";
import type { LoggedRequest, RequestLog } from "../request-log";

type KmsSdk = typeof import("@aws-sdk/client-kms");
type StsSdk = typeof import("@aws-sdk/client-sts");

/** The clients of one Region. Made, and the SDK loaded, when they are first asked for: loading takes a while. */
export interface RegionClients {
  readonly region: string;
  kms(): Promise<{ readonly sdk: KmsSdk; readonly client: KMSClient }>;
  sts(): Promise<{ readonly sdk: StsSdk; readonly client: STSClient }>;
  /** The date that AWS put on an answer, or on the answer that an error was made of. */
  answeredAt(answer: object): EpochSeconds | undefined;
}

export interface ClientConfigs {
  kms(): Promise<KMSClientConfig>;
  sts(): Promise<STSClientConfig>;
}

export function regionClients(region: string, configs: ClientConfigs, began: RequestLog): RegionClients {
  const dates = new WeakMap<object, EpochSeconds>();

  // The SDK drops the headers of good answers, so this middleware takes the date along.
  const noteDate = (client: KMSClient): void => {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const date = dateOf(result.response);
        if (date !== undefined && result.output !== undefined) dates.set(result.output, date);
        return result;
      },
      { step: "deserialize", priority: "high", name: "byokAnswerDate" },
    );
  };
  const logged =
    (service: LoggedRequest["service"]) =>
    <A, R extends { readonly output?: unknown }>(
      next: (args: A) => Promise<R>,
      { commandName = "" }: { readonly commandName?: string },
    ) =>
    async (args: A): Promise<R> => {
      const ended = began({ service, operation: commandName.replace(/Command$/, ""), region });
      try {
        const result = await next(args);
        ended({ outcome: "ok", requestId: requestIdOf(result.output) });
        return result;
      } catch (error) {
        ended({ outcome: outcomeOf(error), requestId: requestIdOf(error) });
        throw error;
      }
    };
  const asLogged = { step: "deserialize", priority: "high", name: "byokRequestLog" } as const;
  return {
    region,
    kms: once(async () => {
      const sdk = await import("@aws-sdk/client-kms");
      const client = new sdk.KMSClient(await configs.kms());
      noteDate(client);
      client.middlewareStack.add(logged("kms"), asLogged);
      return { sdk, client };
    }),
    sts: once(async () => {
      const sdk = await import("@aws-sdk/client-sts");
      const client = new sdk.STSClient(await configs.sts());
      client.middlewareStack.add(logged("sts"), asLogged);
      return { sdk, client };
    }),
    answeredAt: (answer) => dates.get(answer) ?? ("$response" in answer ? dateOf(answer.$response) : undefined),
  };
}

/** The SDK puts it beside what an answer says, and into what it throws. */
function requestIdOf(answer: unknown): unknown {
  const metadata = memberOf(answer, "$metadata");
  return memberOf(metadata, "requestId");
}

function outcomeOf(error: unknown): string {
  if (error instanceof ByokError) return error.code;
  const name = memberOf(error, "name");
  return typeof name === "string" ? name : "Unknown";
}

function memberOf(object: unknown, name: string): unknown {
  return typeof object === "object" && object !== null ? Reflect.get(object, name) : undefined;
}

function dateOf(response: unknown): EpochSeconds | undefined {
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== "object" || headers === null || !("date" in headers)) return undefined;
  const milliseconds = answerDate(headers.date);
  return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000);
}
