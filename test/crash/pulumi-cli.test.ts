import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keysOf } from "../../src/engine/table";
import { kmsProfiles } from "../../src/kms/clouds";
import { cli, type Ran as CliRan } from "../pulumi/support/cli";
import type { Face, Ran, RecordedStack } from "./face";
import { crashMatrix } from "./matrix";
import { environment } from "../support/environment";
import { materialProps, keyProps } from "./pulumi-face";
import { costliest, killFromFile } from "./started-by-tool";

const program = `
  const { ExternalKey, ImportedKeyMaterial } = require("byok/pulumi");
  const { key, material } = JSON.parse(process.env.PROGRAM);
  const ledger = new ExternalKey("ledger", key);
  new ImportedKeyMaterial("ledger", { ...material, keyArn: ledger.id });
`;

/** The real CLI with a file backend, which starts its process for dynamic providers itself. */
async function startedByPulumi(): Promise<Face> {
  return {
    async stack(place) {
      const pulumi = await cli(place.emulator.url, program);
      const [pidFile, exported] = [join(pulumi.folder, "pid"), join(pulumi.folder, "export.json")];
      const preload = `--require ${join(__dirname, "pid-file.cjs")}`;
      const env = { ...environment(place), NODE_OPTIONS: preload, CRASH_PID_FILE: pidFile };
      const run = async (args: readonly string[], wanted: Parameters<typeof keyProps>[1]): Promise<Ran> => {
        await rm(pidFile, { force: true });
        const PROGRAM = JSON.stringify({ key: keyProps(place, wanted), material: materialProps(place, wanted) });
        return ran(await pulumi.run(args, { ...env, PROGRAM }));
      };
      await pulumi.run(["stack", "init", "test"]);
      await pulumi.run(["config", "set", "byok:importRequestsPerSecond", "1000"]);
      return {
        apply: (wanted) => run(["up", "--yes", "--skip-preview"], wanted),
        destroy: (wanted) => run(["destroy", "--yes", "--skip-preview"], wanted),
        plan: (wanted) => run(["preview"], wanted),
        kill: () => killFromFile(pidFile),
        async save() {
          await pulumi.run(["stack", "export", "--file", exported]);
          return readFile(exported, "utf8");
        },
        async restore(state) {
          await writeFile(exported, state);
          await pulumi.run(["stack", "import", "--file", exported]);
        },
        async recorded() {
          await pulumi.run(["stack", "export", "--file", exported]);
          return recordedIn(await readFile(exported, "utf8"));
        },
        remove: () => pulumi.remove(),
      };
    },
    close: async () => undefined,
  };
}

function ran({ exitCode, output }: CliRan): Ran {
  const changed = /\d+ (?:created|updated|deleted|replaced|to create|to update|to delete|to replace)/.exec(output);
  return { ok: exitCode === 0, changes: changed?.[0] ?? "", output };
}

interface Deployment {
  readonly deployment: {
    readonly resources?: readonly { readonly type: string; readonly outputs?: Readonly<Record<string, unknown>> }[];
  };
}

function recordedIn(text: string): RecordedStack {
  const { deployment }: Deployment = JSON.parse(text);
  const ours = (deployment.resources ?? []).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic/byok:"));
  const outs = (name: string) => ours.find(({ type }) => type.endsWith(`:${name}`))?.outputs ?? {};
  const material = outs("ImportedKeyMaterial");
  const recorded = {
    fingerprint: material["fingerprint"],
    verified: material["verified"],
    material_state: material["materialState"],
  };
  return {
    resources: ours.length,
    keyArn: outs("ExternalKey")["arn"],
    materials: new Map([["ledger", recorded]]),
  };
}

describe.each(keysOf(kmsProfiles))("on %s", (kms) => {
  crashMatrix("pulumi-cli", startedByPulumi, kms, costliest);
});
