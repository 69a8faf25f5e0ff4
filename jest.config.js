// The AWS SDK announces on Node 20 that its versions of 2027 want Node 22; docs/installation.md says so.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

const swc = (syntax) => ["@swc/jest", { jsc: { target: "es2023", parser: { syntax } }, module: { type: "commonjs" } }];

/** What holds for every test, whichever project it is in. */
const shared = {
  testEnvironment: "node",
  // The copies in which mutants are judged.
  modulePathIgnorePatterns: ["<rootDir>/\\.stryker-tmp/"],
  transform: { "^.+\\.ts$": swc("typescript"), "/node_modules/@noble/.+\\.js$": swc("ecmascript") },
  // The judges of the cryptography are published as ES modules only.
  transformIgnorePatterns: ["/node_modules/(?!@noble/)"],
};

/** Folders and files, as the regular expressions of their tests. */
const tests = (places) => places.map((place) => `${place}${place.endsWith("/") ? ".*" : ""}\\.test\\.ts$`);

/** Functions, tables and pages: no server, no process, no build. `npm run check` runs them. */
const fast = tests([
  "/test/[^/]+",
  "/test/bench/options",
  "/test/definitions/",
  "/test/docs/(changelog|commands?|decisions|errors|links|troubleshooting)",
  "/test/engine/(?!openssl-keys|wrapping-algorithm|wycheproof)[^/]+",
  "/test/kms/(\\w+/)?(answer-date|answers|arn|china|clouds|endpoint-hosts|error-table|ini|network-errors|once)",
  "/test/kms/(\\w+/)?(policy-document|profile|quotation|refusal|region|rpc|settings|signature|whole-answer)",
  "/test/material-sources/source-uri",
  "/test/pkcs11/(layout|logins|messages|token|uri)",
  "/test/pulumi/(connection-args|decisions|key-holders)",
  "/test/terraform/(docs|remembered-material)",
  "/test/terraform/plugin/(?!server|log)[^/]+",
]);

/** Real tools, installed packages, and campaigns that go on for minutes. */
const long = tests([
  "/test/(contract|crash|custody|fuzz|hostile|local|permissions|storms|walks)/",
  "/test/cli/ceremony",
  "/test/cdktf/(cdktf-cli|examples|package|region-order|terraform|three-clouds)",
  "/test/docs/(cdktn|pulumi|readme|recipes)",
  "/test/engine/(wrapping-algorithm|wycheproof)",
  "/test/package/",
  "/test/pulumi/(cli|process|serialised)",
  "/test/support/",
  // Terraform itself, or the provider as it plans.
  "/test/terraform/(?!docs|remembered-material)[^/]+",
  "/test/terraform/plugin/toy/",
]);

/** @type {import('jest').Config} */
module.exports = {
  maxWorkers: 2,
  // Two processors are shared by everything; a test that hangs is found all the same.
  testTimeout: 60_000,
  // Gathered by `npm test`: what decides about keys is tested to the last branch.
  collectCoverageFrom: ["src/engine/**/*.ts"],
  coverageReporters: ["text-summary"],
  coverageThreshold: { "./src/engine/": { branches: 100 } },
  // Every test is in exactly one: `npx jest --selectProjects fast`. What no list names is in `engine`.
  projects: [
    { ...shared, displayName: "fast", testRegex: fast },
    {
      ...shared,
      displayName: "engine",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", ...fast, ...long],
    },
    { ...shared, displayName: "long", testRegex: long },
  ],
};
