/**
 * What is mutated, room by room, and the tests that judge it: those of the room, as far as they run inside one process
 * and are fast. Each room is judged by its own tests, so that no code passes only because the tests of another room
 * happen to reach it, and so that a room can be run alone: `npm run mutate -- kms`.
 */

const codec = ["dynamic-value", "msgpack", "number", "value", "value-error", "type", "grpc/frame"];

const rooms = {
  engine: {
    folder: "src/engine/",
    mutate: ["src/engine/**/*.ts"],
    tests: ["test/engine/**/*.test.ts"],
    // A hundred imports in a row, and the published vectors of the ciphers, which would judge Node's cryptography.
    leftOut: ["/test/engine/life/(hundred|specs)\\.test\\.ts$", "/test/engine/wycheproof\\.test\\.ts$"],
  },
  definitions: {
    folder: "src/definitions/",
    mutate: ["src/definitions/**/*.ts"],
    tests: ["test/definitions/**/*.test.ts"],
    // These read what is generated, and the sources of the faces.
    leftOut: ["/test/definitions/(generated|one-place)\\.test\\.ts$"],
  },
  codec: {
    folder: "src/terraform/plugin/",
    mutate: codec.map((file) => `src/terraform/plugin/${file}.ts`),
    tests: ["test/terraform/plugin/**/*.test.ts"],
    // These start processes, and judge the server on top of the codec.
    leftOut: ["/test/terraform/plugin/toy/", "/test/terraform/plugin/(server|log)\\.test\\.ts$"],
  },
  kms: {
    folder: "src/kms/",
    mutate: ["src/kms/**/*.ts"],
    tests: ["test/kms/**/*.test.ts"],
    leftOut: [],
  },
  terraform: {
    folder: "src/terraform/",
    mutate: ["src/terraform/*.ts"],
    tests: ["test/terraform/*.test.ts"],
    // This reads the documentation, which the mutated copy of the project does not hold.
    leftOut: ["/test/terraform/docs\\.test\\.ts$"],
  },
  pulumi: {
    folder: "pulumi/provider/",
    mutate: ["pulumi/provider/**/*.ts"],
    tests: ["test/pulumi/*.test.ts"],
    leftOut: [],
  },
};

/** What a test imports where it starts Terraform, Pulumi, the provider's program or a build of the package. */
const startsProcesses = /from "(?:\.\.?\/)+(?:support\/)?(?:byok-terraform|provider-process|project|cli)"/;

/** The room that the environment names; all of them where it names none. */
function roomsInForce(env = process.env) {
  const name = env["BYOK_MUTATE"] ?? "";
  if (name === "") return Object.values(rooms);
  if (!Object.hasOwn(rooms, name)) throw new Error(`There is no room ${name}: ${Object.keys(rooms).join(", ")}.`);
  return [rooms[name]];
}

/** The name of the room that a file or a pattern belongs to. */
function roomOf(pattern) {
  const [found] = Object.entries(rooms)
    .filter(([, { folder }]) => pattern.startsWith(folder))
    .toSorted(([, one], [, other]) => other.folder.length - one.folder.length);
  if (found === undefined) throw new Error(`${pattern} is in no room that is mutated.`);
  return found[0];
}

module.exports = { rooms, roomOf, roomsInForce, startsProcesses };
