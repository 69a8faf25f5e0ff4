import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { externalKeyFields } from "../../src/definitions/external-key";
import { camelCase } from "../../src/definitions/field";
import { importedKeyMaterialFields } from "../../src/definitions/imported-key-material";
import { isArgument, type ResourceField } from "../../src/definitions/resource-field";

const root = join(__dirname, "../..");

/** The folder of each face. */
const faces = { terraform: "src/terraform", pulumi: "pulumi", cdktf: "cdktf" } as const;

type FaceName = keyof typeof faces;

/** Who acts on an argument, so that its name stands in the source of the face. All others only pass it on. */
const actors: Readonly<Record<string, Partial<Readonly<Record<FaceName, string>>>>> = {
  key_arn: { terraform: "names the resource", pulumi: "names the resource", cdktf: "comes from the key" },
  key_material_wo: { terraform: "the bytes", pulumi: "the bytes", cdktf: "refuses a literal" },
  key_material_source: { terraform: "opens it", pulumi: "opens it", cdktf: "makes its path absolute" },
  key_spec: { terraform: "a result of the look-up", cdktf: "what is known of a key's material" },
  key_usage: { terraform: "a result of the look-up" },
  multi_region: {
    terraform: "follows from a primary",
    pulumi: "stays while it is not known; a key in several Regions",
    cdktf: "a key in several Regions",
  },
  primary_key_arn: {
    terraform: "a primary that has moved",
    pulumi: "must be allowed",
    cdktf: "makes a replica",
  },
  deletion_window_in_days: { terraform: "destroys the key", pulumi: "destroys the key" },
  dkms_instance_id: { terraform: "decides the level of protection" },
  protection_level: { terraform: "is decided by an instance" },
  creation_token: { pulumi: "is made where none is given", cdktf: "is made where none is given" },
  creation_token_namespace: { cdktf: "goes into the token" },
  existing_key_arn: { pulumi: "takes a key over" },
  existing_key_material_id: { pulumi: "takes material over" },
  valid_to: { terraform: "a result, too", pulumi: "a result, too", cdktf: "an output for alarms" },
  valid_for: { terraform: "where a date comes from", pulumi: "where a date comes from" },
  renew_before: { terraform: "the lifetime on record", pulumi: "the lifetime on record" },
  material_description: { terraform: "what the KMS keeps", pulumi: "what the KMS keeps" },
  on_deletion: { terraform: "says in a look what is next", pulumi: "says in a look what is next" },
  deletion_policy: { terraform: "destroys the bytes", pulumi: "destroys the bytes" },
};

const everyField: Readonly<Record<string, ResourceField>> = { ...externalKeyFields, ...importedKeyMaterialFields };

/** Names of one word, such as `tags`, stand everywhere and mean many things. */
const names = Object.keys(everyField).filter((name) => {
  const field = everyField[name];
  return field !== undefined && isArgument(field) && name.includes("_");
});

function sourceOf(face: FaceName): string {
  const texts = readdirSync(join(root, faces[face]), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("generated"))
    .map((file) => readFileSync(join(root, faces[face], file), "utf8"));
  // What is generated names every argument, and comments may name what they are about.
  return texts
    .filter((text) => !text.startsWith("// Made by `npm run generate:faces`"))
    .join("\n")
    .replaceAll(/\/\*\*[^]*?\*\/|\/\/ .*/g, "");
}

describe("an argument is named in its definition, and where something acts on it", () => {
  it.each(Object.keys(faces) as FaceName[])("%s", (face) => {
    const source = sourceOf(face);
    const named = names.filter((name) => {
      const spellings = [name, everyField[name]?.typescript ?? camelCase(name)];
      return spellings.some((spelling) => new RegExp(`\\b${spelling}\\b`).test(source));
    });
    expect(named).toEqual(names.filter((name) => actors[name]?.[face] !== undefined));
  });

  it("and nobody is said to act on what is not an argument", () => {
    expect(Object.keys(actors).filter((name) => !names.includes(name))).toEqual([]);
  });
});
