// Mutation testing, room by room: `npm run mutate -- [ROOM…] [options of Stryker]`. Without a room, all of them; with
// `--mutate PATTERN` and no room, the one that the pattern is in. Fails where a room does.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import mutation from "../test/mutation/rooms.js";

const root = join(import.meta.dirname, "..");
const given = process.argv.slice(2);
const end = given.findIndex((argument) => argument.startsWith("-"));
const [named, options] = end === -1 ? [given, []] : [given.slice(0, end), given.slice(end)];
const place = options.findIndex((option) => /^(?:-m|--mutate)$/.test(option));
const meant = place === -1 ? Object.keys(mutation.rooms) : [mutation.roomOf(options[place + 1] ?? "")];

let failed = false;
for (const room of named.length === 0 ? meant : named) {
  const env = { ...process.env, BYOK_MUTATE: room };
  const stryker = join(root, "node_modules", ".bin", "stryker");
  const { status } = spawnSync(stryker, ["run", ...options], { cwd: root, env, stdio: "inherit" });
  failed ||= status !== 0;
}
await import("./mutation-figures.mjs");
process.exitCode = failed ? 1 : 0;
