// Mutation testing of what decides about keys and of what reads the bytes of a Terraform host: `npm run mutate`.
// What survives, and why: docs/mutation.md.
const { availableParallelism } = require("node:os");

const codec = ["dynamic-value", "msgpack", "number", "value", "value-error", "type", "grpc/frame"];

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
module.exports = {
  mutate: ["src/engine/**/*.ts", ...codec.map((file) => `src/terraform/plugin/${file}.ts`)],
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
    "!/test",
    "/test/*",
    "!/test/engine",
    "!/test/emulator",
    "!/test/mutation",
    "!/test/support",
    "!/test/terraform",
    "!/test/vectors",
  ],
  tempDirName: ".stryker-tmp",
  incremental: true,
  incrementalFile: "reports/mutation/incremental.json",
  reporters: ["clear-text", "json", "progress-append-only"],
  clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
  jsonReporter: { fileName: "reports/mutation/mutation.json" },
  thresholds: { high: 95, low: 90, break: 90 },
  // Some tests take seconds by themselves, and a busy machine must not pass for a mutant that never ends.
  timeoutMS: 15_000,
  timeoutFactor: 1.5,
  // Tests of repetition and pacing wait more than they work.
  concurrency: 2 * availableParallelism(),
  // Jest keeps something of every run.
  maxTestRunnerReuse: 30,
};
