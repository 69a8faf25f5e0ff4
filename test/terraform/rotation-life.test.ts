import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DecryptCommand } from "@aws-sdk/client-kms";
import { type Bench, bench } from "../support/byok-terraform";
import { importNewMaterial } from "../support/new-material";
import { newBytes, testRegion } from "../support/life";
import { expectOpen, materialsIn, rotateByHand } from "../support/rotations";

const home = "eu_central_1";
const regions = [testRegion, "eu-west-1", "us-east-1"] as const;
const secondsOfYear = 365 * 86_400;

/** A key in each of some Regions, the first of which is the primary's. One Region: a single-Region key. */
function keysIn(places: readonly string[], firstYear: number): string {
  const [primary = "", ...replicas] = places;
  const first = `
resource "byok_external_key" "${nameOf(primary)}" {
  multi_region = ${replicas.length > 0}
}`;
  // The import makes the primary Enabled, and only then can it be replicated.
  const others = replicas.map(
    (place) => `
resource "byok_external_key" "${nameOf(place)}" {
  region          = "${place}"
  primary_key_arn = byok_imported_key_material.${nameOf(primary)}_y${firstYear}.key_arn
}`,
  );
  return [first, ...others].join("\n");
}

/** Keys with the material of each year, each of which succeeds the one of the year before, and the rotations between them. */
function chain(folder: string, places: readonly string[], years: readonly number[]): string {
  const [primary = "", ...replicas] = places;
  const parts = years.map((year, i) => {
    const before = years[i - 1];
    const succeeds =
      before === undefined
        ? ""
        : i === 1
          ? `succeeds = byok_imported_key_material.${nameOf(primary)}_y${before}.key_material_id`
          : `succeeds = byok_key_rotation.y${before}.key_material_id`;
    const materials = places.map(
      (place) => `
resource "byok_imported_key_material" "${nameOf(place)}_y${year}" {
  key_arn             = byok_external_key.${nameOf(place)}.arn
  key_material_source = "file:${folder}/${year}.bin?encoding=raw"
  valid_for           = "360d"
  renew_before        = "30d"
  ${succeeds}
  ${place === primary ? "" : `depends_on = [byok_imported_key_material.${nameOf(primary)}_y${year}]`}
}`,
    );
    const all = replicas.map((place) => `byok_imported_key_material.${nameOf(place)}_y${year}`);
    const rotation = `
resource "byok_key_rotation" "y${year}" {
  key_arn         = byok_external_key.${nameOf(primary)}.arn
  key_material_id = byok_imported_key_material.${nameOf(primary)}_y${year}.key_material_id
  depends_on      = [${all.join(", ")}]
}`;
    return [...materials, ...(i === 0 ? [] : [rotation])].join("\n");
  });
  return [keysIn(places, years[0] ?? 0), ...parts].join("\n");
}

function nameOf(place: string): string {
  return place.replaceAll("-", "_");
}

describe("rotation under terraform", () => {
  let on: Bench;
  beforeEach(async () => {
    on = await bench();
    for (const year of [2027, 2028, 2029, 2030]) {
      await writeFile(join(on.workspace.folder, `${year}.bin`), randomBytes(32), { mode: 0o600 });
    }
  });
  afterEach(() => on.close());

  const folder = (): string => on.workspace.folder;
  const attribute = async (address: string, name: string): Promise<string> =>
    String((await on.workspace.attributes(address))[name]);

  /** Nothing is left to do, in the words of the exit code too. */
  async function atRest(): Promise<void> {
    for (const refresh of ["true", "false"]) {
      const how = ["-detailed-exitcode", `-refresh=${refresh}`, "-input=false", "-no-color"];
      const { exitCode, stdout } = await on.workspace.run(["plan", ...how]);
      expect([exitCode, exitCode === 0 ? "" : stdout]).toEqual([0, ""]);
    }
  }

  /** Applies, is at rest, and what is encrypted now is so under the material of the year. */
  async function applied(configuration: string, year: number): Promise<Uint8Array> {
    await on.write(configuration);
    await on.workspace.apply();
    await atRest();
    const ciphertext = await on.life.encrypt(await attribute(`byok_external_key.${home}`, "arn"));
    const { KeyMaterialId } = await on.life.client().send(new DecryptCommand({ CiphertextBlob: ciphertext }));
    expect(KeyMaterialId).toBe(await attribute(`byok_imported_key_material.${home}_y${year}`, "key_material_id"));
    return ciphertext;
  }

  it("makes a key from nothing with two successors in one apply, and rotates on a year later", async () => {
    const ciphertexts = [await applied(chain(folder(), [testRegion], [2027, 2028, 2029]), 2029)];
    const keyArn = await attribute(`byok_external_key.${home}`, "arn");
    expect([...(await materialsIn(on.life, keyArn)).values()].map(({ state }) => state).toSorted()).toEqual([
      "CURRENT",
      "NON_CURRENT",
      "NON_CURRENT",
    ]);
    expect(await attribute("byok_key_rotation.y2029", "rotations")).toBe("2");

    // All of them have lapsed by then: each is repaired by its own resource, and the new one comes in.
    on.life.kms.clock.advance(`${secondsOfYear}s`);
    expect(await on.life.decrypt(ciphertexts[0] ?? new Uint8Array())).toBe("KMSInvalidStateException");
    await on.write(chain(folder(), [testRegion], [2027, 2028, 2029]));
    const { stdout } = (await on.workspace.plan()).run;
    expect(stdout).toMatch(/3 to change/);
    ciphertexts.push(await applied(chain(folder(), [testRegion], [2027, 2028, 2029, 2030]), 2030));
    await expectOpen(on.life, ciphertexts);
    await on.workspace.apply("-refresh-only");
    expect(await attribute("byok_imported_key_material.eu_central_1_y2029", "rotation_state")).toBe("former");
    await on.workspace.destroy();
  });

  it("keeps what was encrypted under each of the materials readable, step by step", async () => {
    const ciphertexts: Uint8Array[] = [];
    const years: number[] = [];
    for (const year of [2027, 2028, 2029]) {
      years.push(year);
      ciphertexts.push(await applied(chain(folder(), [testRegion], years), year));
      await expectOpen(on.life, ciphertexts);
      on.life.kms.clock.advance("100d");
    }
    on.life.kms.clock.advance("300d");
    await on.workspace.apply();
    await atRest();
    await expectOpen(on.life, ciphertexts);
  });

  it("does the same for a primary with two replicas, where everything lapses in all Regions at once", async () => {
    const ciphertexts = [await applied(chain(folder(), regions, [2027]), 2027)];
    ciphertexts.push(await applied(chain(folder(), regions, [2027, 2028, 2029]), 2029));
    const replica = await attribute("byok_external_key.eu_west_1", "arn");
    ciphertexts.push(await on.life.encrypt(replica, "eu-west-1"));
    await expectOpen(on.life, ciphertexts, regions);
    on.life.kms.clock.advance("361d");
    expect((await on.workspace.plan()).run.stdout).toMatch(/9 to change/);
    await on.workspace.apply();
    await atRest();
    await expectOpen(on.life, ciphertexts, regions);
  });

  it("fills a new replica with all materials that came before, and rotates on with it", async () => {
    const few = [testRegion, "eu-west-1"];
    const ciphertexts = [await applied(chain(folder(), few, [2027, 2028, 2029]), 2029)];
    const more = [...few, "ap-northeast-1"];
    ciphertexts.push(await applied(chain(folder(), more, [2027, 2028, 2029]), 2029));
    await expectOpen(on.life, ciphertexts, more);
    const states = await Promise.all(
      [2027, 2028, 2029].map((year) =>
        attribute(`byok_imported_key_material.ap_northeast_1_y${year}`, "rotation_state"),
      ),
    );
    expect(states).toEqual(["former", "former", "current"]);
    ciphertexts.push(await applied(chain(folder(), more, [2027, 2028, 2029, 2030]), 2030));
    await expectOpen(on.life, ciphertexts, more);
  });

  it("takes over a key that was rotated by hand, with both of its materials, and rotates it on", async () => {
    const [first, second] = [newBytes(), newBytes()];
    await on.write(`
      resource "byok_external_key" "eu_central_1" {}
      resource "byok_imported_key_material" "eu_central_1_y2027" {
        key_arn             = byok_external_key.eu_central_1.arn
        key_material_source = "file:${folder()}/2027.bin?encoding=raw"
      }`);
    await writeFile(join(folder(), "2027.bin"), first);
    await writeFile(join(folder(), "2028.bin"), second);
    await on.workspace.apply();
    const keyArn = await attribute(`byok_external_key.${home}`, "arn");
    const id = await attribute("byok_imported_key_material.eu_central_1_y2027", "key_material_id");
    const ciphertexts = [await on.life.encrypt(keyArn)];
    await importNewMaterial(on.life.client(), keyArn, second);
    const now = await rotateByHand(on.life, keyArn);
    ciphertexts.push(await on.life.encrypt(keyArn));
    for (const address of ["byok_imported_key_material.eu_central_1_y2027", `byok_external_key.${home}`]) {
      await on.workspace.run(["state", "rm", address]);
    }

    const imports = `
      import {
        to = byok_external_key.eu_central_1
        id = "${keyArn}"
      }
      import {
        to = byok_imported_key_material.eu_central_1_y2027
        id = "${keyArn},${id}"
      }
      import {
        to = byok_imported_key_material.eu_central_1_y2028
        id = "${keyArn},${now}"
      }
      import {
        to = byok_key_rotation.y2028
        id = "${keyArn},${now}"
      }`;
    ciphertexts.push(await applied(`${imports}${chain(folder(), [testRegion], [2027, 2028])}`, 2028));
    for (const year of [2027, 2028]) {
      expect(await on.workspace.attributes(`byok_imported_key_material.eu_central_1_y${year}`)).toMatchObject({
        verified: true,
      });
    }
    ciphertexts.push(await applied(chain(folder(), [testRegion], [2027, 2028, 2029]), 2029));
    await expectOpen(on.life, ciphertexts);
  });

  it("imports nothing where somebody else rotates between the plan and its apply", async () => {
    await applied(chain(folder(), [testRegion], [2027]), 2027);
    const keyArn = await attribute(`byok_external_key.${home}`, "arn");
    await on.write(chain(folder(), [testRegion], [2027, 2028]));
    await on.workspace.plan();
    await importNewMaterial(on.life.client(), keyArn, newBytes());
    const now = await rotateByHand(on.life, keyArn);
    const ciphertext = await on.life.encrypt(keyArn);
    const late = await on.workspace.run(["apply", "-input=false", "-no-color", "saved.tfplan"]);
    expect(late.exitCode).toBe(1);
    expect(late.stderr.replaceAll(/[\s│]+/g, " ")).toContain(`whose current one is ${now}`);
    expect([...(await materialsIn(on.life, keyArn)).keys()]).toHaveLength(2);
    expect((await on.workspace.run(["plan", "-input=false", "-no-color"])).exitCode).toBe(1);
    // With what the message says, the next run converges.
    const next = chain(folder(), [testRegion], [2027, 2028])
      .replace(/succeeds += .*/, `succeeds = "${now}"`)
      .replace(/succeeds = byok.*/, `succeeds = "${now}"`);
    await expectOpen(on.life, [ciphertext, await applied(next, 2028)]);
  });
});
