import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** What the program of a project hands to the engine for a resource. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Runs a program in a project, in a process of its own, and gives what it registers. The compiled package is used, since
 * what a test's own transformation makes of a function is not what is shipped.
 */
export async function registeredBy(folder: string, program: string): Promise<readonly Registered[]> {
  const script = `
    const pulumi = require("@pulumi/pulumi");
    const seen = [];
    pulumi.runtime.setMocks({
      newResource({ type, name, id, inputs }) {
        seen.push({ type, name, inputs });
        const known = type.endsWith(":ImportedKeyMaterial") ? { keyMaterialId: name + "-material" } : {};
        return { id: id || name + "-id", state: { ...inputs, ...known } };
      },
      call: () => ({}),
    }, "fixture", "test");
    const program = () => { ${program} };
    program();
    // Registrations end some turns later; the process ends when nothing is left to do.
    process.on("exit", () => process.stdout.write(JSON.stringify(seen)));
  `;
  const file = join(folder, "registering.js");
  await writeFile(file, script);
  try {
    const { stdout } = await execute(process.execPath, [file], { cwd: folder, maxBuffer: 1 << 24 });
    return JSON.parse(stdout);
  } finally {
    await rm(file);
  }
}
