import { readFileSync } from "node:fs";
import { join } from "node:path";
import { terraformPages } from "../../scripts/terraform-docs/pages";

const root = join(__dirname, "../..");

describe("the registry's pages", () => {
  it.each([...terraformPages(root)])("%s is what the schema and the examples make", (path, text) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(text);
  });

  it("describe every attribute", () => {
    const undescribed = [...terraformPages(root)].flatMap(([path, text]) =>
      text.split("\n").flatMap((line) => (/^- `\w+` \([^)]*\)$/.test(line) ? [`${path}: ${line}`] : [])),
    );
    expect(undescribed).toEqual([]);
  });

  it("have a place for each link within a page", () => {
    const dead = [...terraformPages(root)].flatMap(([path, text]) => {
      const places = [...text.matchAll(/^<a id="([^"]+)">/gm)].map(([, id]) => id);
      const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, id = ""]) => id);
      return links.filter((id) => places.filter((place) => place === id).length !== 1).map((id) => `${path}#${id}`);
    });
    expect(dead).toEqual([]);
  });
});
