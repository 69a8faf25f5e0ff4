import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./project";

const metadata = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("package.json", () => {
  it("says where the package comes from, without which npm publishes no provenance", () => {
    const repository = "https://github.com/byok/terraform-provider-byok";
    expect(metadata).toMatchObject({
      repository: { type: "git", url: `git+${repository}.git` },
      bugs: { url: `${repository}/issues` },
      homepage: `${repository}#readme`,
      author: expect.stringMatching(/./),
      license: "Apache-2.0",
      type: "commonjs",
    });
    // Terraform's registry publishes namespace/type from the repository namespace/terraform-provider-type.
    expect(readFileSync(join(root, "cdktf/generated/cdktf/provider.ts"), "utf8")).toContain("'byok/byok'");
  });

  it("pins no dependency, since a pin beside the ranges of others brings copies", () => {
    const pinned = Object.entries<string>(metadata.dependencies).filter(([, range]) => !range.startsWith("^"));
    expect(pinned).toEqual([]);
  });

  it("names every package that the code imports as a dependency or a peer", () => {
    const { dependencies, peerDependencies } = metadata;
    expect(Object.keys(dependencies)).toContain("@aws-sdk/types");
    expect(Object.keys(peerDependencies).toSorted()).toEqual([
      "@pulumi/pulumi",
      "cdktf",
      "cdktn",
      "constructs",
      "koffi",
    ]);
  });

  it("shows types for every entry point to resolvers that do not read `exports`", () => {
    const entries = Object.entries<{ readonly types?: string }>(metadata.exports).flatMap(([name, { types }]) =>
      types === undefined || name === "." ? [] : [[name.slice(2), [types]]],
    );
    expect(metadata.typesVersions).toEqual({ "*": Object.fromEntries(entries) });
  });
});

describe("README.md", () => {
  const text = readFileSync(join(root, "README.md"), "utf8");

  it("has links that npm and GitHub resolve in the repository", () => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target.replace(/#.*$/, ""));
    const relative = targets.filter((target) => target !== "" && !/^https?:/.test(target));
    expect(relative.length).toBeGreaterThan(10);
    // A leading ./ or / is not resolved everywhere.
    expect(relative.filter((target) => /^[./]/.test(target) || !existsSync(join(root, target)))).toEqual([]);
  });
});
