const { TestEnvironment } = require("jest-environment-node");
const { isKilled, markKilled } = require("./killed.js");

/** Skips what is left of a file once a test has failed for the mutant at hand: one failure is all that it takes. */
module.exports = class extends TestEnvironment {
  handleTestEvent(event) {
    if (event.name === "test_start" && isKilled()) event.test.mode = "skip";
    if (event.name === "test_done" && event.test.errors.length > 0) markKilled();
  }
};
