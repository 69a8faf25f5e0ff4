import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address, HostEnvironment } from "./handshake";

/** A server that listens, and how to leave nothing of it behind. */
export interface Listening {
  readonly address: Address;
  /** Removes the socket and its directory. Safe to call twice, and from an exit handler. */
  readonly removeSocket: () => void;
}

type Where = Pick<HostEnvironment, "socketDirectory" | "socketGroup" | "ports">;

/** Listens on a Unix socket in a directory of its own, or on a loopback port where there are none (Windows). */
export async function listen(server: Server, where: Where, platform: NodeJS.Platform): Promise<Listening> {
  return platform === "win32" ? listenOnPort(server, where) : listenOnSocket(server, where);
}

async function listenOnSocket(server: Server, { socketDirectory, socketGroup }: Where): Promise<Listening> {
  // mkdtemp makes it 0700. Short names, since a socket's path may have 104 bytes on macOS, 108 on Linux.
  const directory = mkdtempSync(join(socketDirectory ?? tmpdir(), "tf-"));
  const removeSocket = (): void => rmSync(directory, { recursive: true, force: true });
  const path = join(directory, "s");
  try {
    await listening(server, { path });
    if (socketGroup !== null) {
      const group = groupId(socketGroup);
      chownSync(directory, -1, group);
      chmodSync(directory, 0o710);
      chownSync(path, -1, group);
      chmodSync(path, 0o660);
    }
  } catch (error) {
    removeSocket();
    throw error;
  }
  return { address: { network: "unix", path }, removeSocket };
}

async function listenOnPort(server: Server, { ports }: Where): Promise<Listening> {
  const host = "127.0.0.1";
  for (let port = ports.lowest; port <= ports.highest; port += 1) {
    try {
      // One port after the other, until one is free.
      await listening(server, { host, port });
      return { address: { network: "tcp", host, port }, removeSocket: () => undefined };
    } catch (error) {
      if (!isInUse(error)) throw error;
    }
  }
  throw new Error(`no port between ${ports.lowest} and ${ports.highest} is free`);
}

function listening(server: Server, where: { path: string } | { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES");
}

function groupId(group: string): number {
  if (/^\d+$/.test(group)) return Number(group);
  const line = readFileSync("/etc/group", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${group}:`));
  const id = line?.split(":")[2];
  if (id === undefined) throw new Error("the group in PLUGIN_UNIX_SOCKET_GROUP does not exist");
  return Number(id);
}
