// The AWS SDK announces on Node 20 that its versions of 2027 want Node 22; that is said in docs/aws.md.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const swc = (syntax) => ["@swc/jest", { jsc: { target: "es2023", parser: { syntax } }, module: { type: "commonjs" } }];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: "node",
  // Two processors are shared by everything; a test that hangs is found all the same.
  testTimeout: 60_000,
  maxWorkers: 2,
  // Gathered by `npm test`: what decides about keys is tested to the last branch.
  collectCoverageFrom: ["src/engine/**/*.ts"],
  coverageReporters: ["text-summary"],
  coverageThreshold: { "./src/engine/": { branches: 100 } },
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  // The copies in which mutants are judged.
  modulePathIgnorePatterns: ["<rootDir>/\\.stryker-tmp/"],
  transform: { "^.+\\.ts$": swc("typescript"), "/node_modules/@noble/.+\\.js$": swc("ecmascript") },
  // The judges of the cryptography are published as ES modules only.
  transformIgnorePatterns: ["/node_modules/(?!@noble/)"],
};
