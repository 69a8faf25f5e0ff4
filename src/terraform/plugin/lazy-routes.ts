import type { GrpcRoutes } from "./grpc/server";
import type { Log } from "./log";
import type { AnyProvider } from "./provider";

/** Routes whose code and provider are loaded when the first is asked for. */
export function lazyRoutes(load: () => AnyProvider, log: Log, shutdown: () => void): GrpcRoutes {
  let loaded: ReturnType<typeof import("./routes").pluginRoutes> | null = null;
  return {
    unary: (path) => {
      if (!loaded) {
        const { pluginRoutes }: typeof import("./routes") = require("./routes");
        loaded = pluginRoutes(load(), log, shutdown);
      }
      return loaded.get(path) ?? null;
    },
    held: heldPaths,
  };
}

// The host opens these and expects nothing on them: output that goes through pipes anyway, and further connections.
const heldPaths: ReadonlySet<string> = new Set(["/plugin.GRPCStdio/StreamStdio", "/plugin.GRPCBroker/StartStream"]);
