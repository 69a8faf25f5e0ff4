import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The constructs over one of the two libraries; the types of both are the same as far as tests see them. */
export interface Family {
  readonly name: "cdktf" | "cdktn";
  readonly byok: typeof import("../../cdktf/index");
  readonly library: typeof import("cdktf");
  readonly constructs: typeof import("constructs");
}

/** An app in which write-only arguments may be used: cdktn asks for the versions, cdktf takes no notice. */
export const modernTargets = { targetVersions: { terraform: ">=1.11.0", opentofu: ">=1.11.0" } };

const generated = join(__dirname, "../../cdktf/generated");

/** The one source, on the library that it names and on its successor. */
export const families: readonly Family[] = [load("cdktf"), load("cdktn")];

function load(name: Family["name"]): Family {
  const loaded: Family[] = [];
  jest.isolateModules(() => {
    if (name === "cdktn") {
      jest.doMock("cdktf", () => jest.requireActual("cdktn"));
      for (const file of readdirSync(join(generated, "cdktf"))) {
        jest.doMock(join(generated, "cdktf", file), () => jest.requireActual(join(generated, "cdktn", file)));
      }
    }
    loaded.push({
      name,
      byok: require("../../cdktf/index"),
      library: require(name),
      constructs: require("constructs"),
    });
    jest.dontMock("cdktf");
  });
  const [family] = loaded;
  if (family === undefined) throw new Error(`${name} was not loaded`);
  return family;
}
