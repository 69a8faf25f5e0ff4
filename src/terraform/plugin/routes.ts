import { create, type DescMethod, type DescService, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { Health, HealthCheckResponse_ServingStatus } from "./gen/health_pb";
import { GRPCController } from "./gen/plugin_pb";
import { Provider } from "./gen/tfplugin6_pb";
import { GrpcError, statusCode } from "./grpc/status";
import type { UnaryHandler } from "./grpc/server";
import type { Log } from "./log";
import type { AnyProvider } from "./provider";
import type { MaybePromise } from "./resource";
import { providerHandlers } from "./service";
import { unchecked } from "./unchecked";

/** All unary calls of a plugin, by path: those of the provider, and those that every plugin answers. */
export function pluginRoutes(provider: AnyProvider, log: Log, shutdown: () => void): ReadonlyMap<string, UnaryHandler> {
  // A request is read as the type that its handler takes: both come from the same method.
  const untyped = unchecked<Readonly<Record<string, Handler>>>(providerHandlers(provider, log));
  const handlers = new Map(Object.entries(untyped));
  const routes = new Map<string, UnaryHandler>();
  const add = (service: DescService, method: DescMethod, handle: Handler): void => {
    routes.set(pathOf(service, method), async (bytes) => {
      const request = read(method, bytes);
      log.trace("call", { method: method.name });
      const response = await handle(request);
      return toBinary(method.output, create(method.output, response));
    });
  };
  for (const method of Provider.methods) {
    const handle = handlers.get(method.localName);
    if (handle) add(Provider, method, handle);
  }
  add(Health, Health.method.check, () => ({ status: HealthCheckResponse_ServingStatus.SERVING }));
  add(GRPCController, GRPCController.method.shutdown, () => {
    shutdown();
    return {};
  });
  return routes;
}

type Handler = (request: Message) => MaybePromise<Record<string, unknown>>;

function pathOf(service: DescService, method: DescMethod): string {
  return `/${service.typeName}/${method.name}`;
}

function read(method: DescMethod, bytes: Uint8Array): Message {
  try {
    return fromBinary(method.input, bytes);
  } catch {
    throw new GrpcError(statusCode.invalidArgument, "the request is not a message of its type");
  }
}
