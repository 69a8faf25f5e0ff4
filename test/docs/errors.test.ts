import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorCodes } from "../../src/engine/errors";

const page = readFileSync(join(__dirname, "../../docs/errors.md"), "utf8");
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [heading = "", ...lines] = section.split("\n");
      return [heading.replaceAll("`", ""), lines.join("\n").split(/^## /m)[0] ?? ""] as const;
    }),
);

describe("the page of errors", () => {
  it("has every code once, in the order of the source", () => {
    expect([...sections.keys()]).toEqual(Object.keys(errorCodes));
    expect(page.match(/^### /gm)).toHaveLength(Object.keys(errorCodes).length);
  });

  it.each(Object.entries(errorCodes))("says of %s what it means and what to do", (code, meaning) => {
    const [first, remedy = ""] = (sections.get(code) ?? "").trim().split("\n\n");
    expect(first).toBe(meaning);
    expect(remedy).toMatch(/^\*\*What to do:\*\* [a-z][^]{20,}\.$/);
  });
});
