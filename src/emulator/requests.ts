import { recorder } from "./recorder";

/** One request as the emulator saw it. No body is kept, for bodies carry tokens, ciphertexts and plaintexts. */
export interface LoggedRequest {
  /** 1, 2, 3 … over the life of the emulator; `clear` does not start again. */
  readonly sequence: number;
  /** `kms`, `sts` or `qkms`. */
  readonly service: string;
  /** `ImportKeyMaterial`; as the caller spelled it, where it is not known. */
  readonly operation: string;
  /** `qkms` of requests to QKMS. */
  readonly region: string;
  /** The key identifier as the caller spelled it. */
  readonly keyId: string | undefined;
  /** The key that it resolved to, or that the operation created. */
  readonly keyArn: string | undefined;
  /** HTTP status; 0 where a fault tore the connection before an answer. */
  readonly status: number;
  /** The error's name in the words of the cloud; undefined of a success. */
  readonly errorCode: string | undefined;
  /** By the emulator's clock, ISO 8601. */
  readonly at: string;
  /** Undefined where the request was turned away before it was known. */
  readonly accessKeyId: string | undefined;
  /** The permissions that it took, the operation's own first; none where it was turned away before that. */
  readonly actions: readonly string[];
  /** Kinds of the injected faults that took part. */
  readonly faults: readonly string[];
}

/** All requests in the order of their answers. */
export interface RequestLog {
  /** Every request since the start or the last `clear`. */
  all(): readonly LoggedRequest[];
  /** The sequence number of the latest request, to be handed to `since`. */
  mark(): number;
  /** Requests after a mark. */
  since(mark: number): readonly LoggedRequest[];
  /** Forgets all of them. */
  clear(): void;
}

export interface RequestRecorder extends RequestLog {
  record(request: Omit<LoggedRequest, "sequence">): void;
}

export function requestRecorder(): RequestRecorder {
  const log = recorder<LoggedRequest>();
  return { ...log, record: (request) => log.record({ sequence: log.mark() + 1, ...request }) };
}
