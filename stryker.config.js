// Mutation testing of what decides about keys, of what talks to the KMSs, of the two faces, and of what reads the bytes
// of a Terraform host: `npm run mutate`. What survives, and why: docs/mutation.md.
const { availableParallelism } = require("node:os");
const { roomsInForce } = require("./test/mutation/rooms.js");

// scripts/mutate.mjs runs one room after another.
const report = process.env["BYOK_MUTATE"] || "mutation";

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
module.exports = {
  mutate: roomsInForce().flatMap(({ mutate }) => mutate),
  testRunner: "jest",
  jest: { configFile: "test/mutation/jest.config.js" },
  coverageAnalysis: "perTest",
  plugins: ["@stryker-mutator/jest-runner"],
  // The copy that is mutated holds the sources and the tests that judge them.
  ignorePatterns: [
    "/*",
    "!/package.json",
    "!/tsconfig.json",
    "!/jest.config.js",
    "!/src",
    "!/pulumi",
    "!/test",
    "/test/*",
    "!/test/custody",
    "!/test/definitions",
    "!/test/emulator",
    "!/test/engine",
    "!/test/kms",
    "!/test/mutation",
    "!/test/pulumi",
    "!/test/support",
    "!/test/terraform",
    "!/test/vectors",
  ],
  tempDirName: ".stryker-tmp",
  incremental: true,
  // Each room has results of its own, since a run of one would take those of the others for outdated.
  incrementalFile: `reports/mutation/incremental-${report}.json`,
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  jsonReporter: { fileName: `reports/mutation/${report}.json` },
  thresholds: { high: 95, low: 90, break: 90 },
  // Some tests take seconds by themselves, and a busy machine must not pass for a mutant that never ends.
  timeoutMS: 15_000,
  timeoutFactor: 1.5,
  // Tests of repetition and pacing wait more than they work.
  concurrency: 2 * availableParallelism(),
  // Jest keeps something of every run.
  maxTestRunnerReuse: 30,
};
