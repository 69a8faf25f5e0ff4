const { readdirSync, readFileSync } = require("node:fs");
const path = require("node:path");
const { projects, ...whole } = require("../../jest.config.js");
const { roomsInForce, startsProcesses } = require("./rooms.js");

const root = path.join(__dirname, "..", "..");
// Which tests judge is said below; how they run is the same in every project.
const { transform, transformIgnorePatterns, modulePathIgnorePatterns } = projects[0];
const judging = roomsInForce();
const tests = readdirSync(path.join(root, "test"), { recursive: true })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => path.join(root, "test", file));

/**
 * The tests that judge mutants: those of the rooms that are mutated, as far as they are fast.
 *
 * @type {import('jest').Config}
 */
module.exports = {
  ...whole,
  transform,
  transformIgnorePatterns,
  modulePathIgnorePatterns,
  rootDir: root,
  testMatch: judging.flatMap((room) => room.tests.map((pattern) => `<rootDir>/${pattern}`)),
  testPathIgnorePatterns: [
    "/node_modules/",
    ...judging.flatMap((room) => room.leftOut),
    ...tests.filter((file) => startsProcesses.test(readFileSync(file, "utf8"))).map((file) => `^${file}$`),
  ],
  // A mutant that waits for ever is found by this; the slowest test needs 6 s.
  testTimeout: 30_000,
  coverageThreshold: undefined,
  runner: path.join(__dirname, "runner.js"),
  testEnvironment: path.join(__dirname, "environment.js"),
};
