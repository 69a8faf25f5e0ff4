import { placesOf } from "../../src/engine/places";

function thrower(message: string): Error {
  return new TypeError(message);
}

describe("the places of an error", () => {
  it("are where it was thrown, the innermost first", () => {
    expect(placesOf(thrower("no"))[0]).toMatch(/^thrower \(places\.test\.ts:\d+:\d+\)$/);
    expect(placesOf(thrower(""))[0]).toMatch(/^thrower \(places\.test\.ts:\d+:\d+\)$/);
  });

  it("are never what its message has instead", () => {
    const lines = "x\n    at secret (/secret/file.ts:1:2)\n    at /secret:3:4";
    const places = placesOf(thrower(lines));
    expect(places[0]).toMatch(/^thrower/);
    expect(places.join()).not.toContain("secret");
  });

  it("are none where they cannot be told from the message", () => {
    const changed = thrower("first\n    at secret (/secret/file.ts:1:2)");
    // The stack is written down with the message of that moment.
    expect(changed.stack).toContain("first");
    changed.message = "second";
    expect(placesOf(changed)).toEqual([]);
    expect(placesOf(Object.assign(thrower("x"), { stack: undefined }))).toEqual([]);
    for (const thrown of ["text", null, undefined, { stack: "    at secret (/secret:1:2)" }]) {
      expect(placesOf(thrown)).toEqual([]);
    }
  });

  it.each([
    ["    at async Object.apply [as method] (C:\\\\folder\\\\file.js:1:2)", "Object.apply (file.js:1:2)"],
    ["    at new Thing (/a/b.js:3:4)", "Thing (b.js:3:4)"],
    ["    at file:///a/b.mjs:5:6", "b.mjs:5:6"],
    ["    at node:internal/process/task_queues:95:5", "task_queues:95:5"],
    ["    at Promise.all (index 0)", undefined],
    ["at nothing (/a:1:2)", undefined],
  ])("%s", (line, place) => {
    const error = Object.assign(thrower("m"), { stack: `TypeError: m\n${line}` });
    expect(placesOf(error)).toEqual(place === undefined ? [] : [place]);
  });
});
