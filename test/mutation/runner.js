const { readFileSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const { default: TestRunner } = require("jest-runner");
const { activeMutant, isKilled } = require("./killed.js");

/**
 * Jest loads every file that is related to a mutant, though Stryker has only some of its tests run, and goes on after
 * the first that fails. This runner loads the files that hold one of those tests, the quickest first, and stops when
 * the mutant is killed. The run without mutants tells which tests a file holds and how long it takes.
 */
module.exports = class extends TestRunner {
  #globalConfig;

  constructor(globalConfig, context) {
    super(globalConfig, context);
    this.#globalConfig = globalConfig;
  }

  async runTests(tests, watcher, options) {
    if (activeMutant() === undefined) return this.#recordTests(tests, watcher, options);
    for (const test of this.#inOrder(tests)) {
      if (isKilled()) return;
      await super.runTests([test], watcher, options);
    }
  }

  async #recordTests(tests, watcher, options) {
    const files = {};
    const stop = this.on("test-file-success", ([test, { testResults, perfStats }]) => {
      files[test.path] = { names: testResults.map(({ fullName }) => fullName), duration: perfStats.runtime };
    });
    await super.runTests(tests, watcher, options);
    stop();
    writeFileSync(records(), JSON.stringify(files));
  }

  #inOrder(tests) {
    const files = JSON.parse(readFileSync(records(), "utf8"));
    const { testNamePattern, nonFlagArgs } = this.#globalConfig;
    const wanted = new RegExp(testNamePattern ?? "", "i");
    // A file of the same name is the likeliest to fail, then those of the same folder; one that is slow has its turn when
    // the others are done.
    const rank = (test) => {
      const duration = files[test.path]?.duration ?? 0;
      const alike = (of) => nonFlagArgs.some((file) => of(file) === of(test.path));
      const ahead = [name, folder].filter(alike).length;
      return duration - ahead * likelyAheadBy;
    };
    return tests
      .filter((test) => files[test.path] === undefined || files[test.path].names.some((name) => wanted.test(name)))
      .toSorted((a, b) => rank(a) - rank(b));
  }
};

const likelyAheadBy = 1_000;

const name = (file) => path.basename(file).replace(/(?:\.test)?\.ts$/, "");
const folder = (file) => path.basename(path.dirname(file));

// In the copy of the project that Stryker works in, which it removes at the end.
const records = () => path.join(process.cwd(), "mutation-tests.json");
