import type { Kms } from "../engine/kms-profile";
import { type Repeating, retrying } from "../engine/retrying";
import type { SecretStores } from "../engine/secret-store";
import { ByokError } from "../engine/errors";
import type { Cloud, Connection } from "./cloud";
import { sharedReads } from "./shared-reads";

/** The stores of the clouds, each reached by the connection of its cloud. What only came too fast, or failed, is repeated. */
export function secretStores(
  clouds: readonly Cloud[],
  connection: (kms: Kms) => Connection,
  repeating: Repeating,
): SecretStores {
  const shared = sharedReads(repeating.clock);
  return {
    async read(store, secret, call = {}) {
      const cloud = clouds.find(({ secretStores: own = [] }) => own.includes(store));
      if (cloud === undefined) throw noStore(store);
      const connected = connection(cloud.name);
      const name = JSON.stringify([store, secret.name, secret.version, secret.region]);
      return shared(
        name,
        (during) =>
          retrying(
            async () => {
              if (connected.readSecret === undefined) throw noStore(store);
              return connected.readSecret(store, secret, during);
            },
            ({ retry }) => retry === "backoff",
            during,
            repeating,
          ),
        call,
      );
    },
  };
}

function noStore(store: string): ByokError {
  return new ByokError(
    "internal",
    `No cloud has a store of secrets called ${store}. This is a fault of byok: please report it.`,
  );
}
