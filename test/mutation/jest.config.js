const path = require("node:path");
const shared = require("../../jest.config.js");

/**
 * The tests that judge mutants: those of the rooms that are mutated, as far as they are fast. Left out are a hundred
 * imports in a row and the published vectors of the ciphers, which would judge Node's own cryptography again and again.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...shared,
  rootDir: path.join(__dirname, "..", ".."),
  testMatch: ["<rootDir>/test/engine/**/*.test.ts", "<rootDir>/test/terraform/plugin/**/*.test.ts"],
  testPathIgnorePatterns: [
    "/node_modules/",
    "/test/engine/life/(hundred|specs)\\.test\\.ts$",
    "/test/engine/wycheproof\\.test\\.ts$",
    // These start processes, and judge the server on top of the codec.
    "/test/terraform/plugin/toy/",
    "/test/terraform/plugin/(server|log)\\.test\\.ts$",
  ],
  // A mutant that waits for ever is found by this; the slowest test needs 6 s.
  testTimeout: 30_000,
  coverageThreshold: undefined,
  runner: path.join(__dirname, "runner.js"),
  testEnvironment: path.join(__dirname, "environment.js"),
};
