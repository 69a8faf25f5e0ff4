import { readdirSync } from "node:fs";
import { join, relative } from "node:path";

interface Project {
  readonly displayName: string;
  readonly testRegex?: readonly string[];
  readonly testPathIgnorePatterns?: readonly string[];
}

const root = join(__dirname, "..");
const { projects }: { projects: readonly Project[] } = require("../jest.config.js");

const tests = readdirSync(__dirname, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
  .map((entry) => `/${relative(root, join(entry.parentPath, entry.name))}`);

const matches = (patterns: readonly string[], file: string): boolean =>
  patterns.some((pattern) => new RegExp(pattern).test(file));

function runs({ testRegex, testPathIgnorePatterns = [] }: Project, file: string): boolean {
  return (testRegex === undefined || matches(testRegex, file)) && !matches(testPathIgnorePatterns, file);
}

it("runs every test in exactly one project, so that no test is left out or runs twice", () => {
  const wrong = tests
    .map((file) => ({ file, in: projects.filter((project) => runs(project, file)).map((one) => one.displayName) }))
    .filter((test) => test.in.length !== 1);
  expect(wrong).toEqual([]);
});

it.each(projects.map(({ displayName }) => displayName))("has tests in %s", (name) => {
  const project = projects.find(({ displayName }) => displayName === name);
  expect(tests.filter((file) => project !== undefined && runs(project, file)).length).toBeGreaterThan(20);
});
