import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measured, wrap } from "../../bench/usage";

describe("what a command cost", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "byok-usage-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const env = { PATH: process.env["PATH"] ?? "" };
  /** Busy for 0.3 s of CPU, however much of it the machine gives. */
  const busy = "while (process.cpuUsage().user < 300_000);";
  const idle = "setTimeout(() => {}, 500)";

  it("is its CPU, whatever the wall says", async () => {
    const working = await measured(process.execPath, ["-e", busy], { cwd: folder, env });
    expect(working.cpuSeconds).toBeGreaterThan(0.28);
    const waiting = await measured(process.execPath, ["-e", idle], { cwd: folder, env });
    expect(waiting.wallSeconds).toBeGreaterThan(0.5);
    expect(waiting.cpuSeconds).toBeLessThan(working.cpuSeconds);
    expect(waiting).toMatchObject({ wrappedCpuSeconds: 0, wrappedStarts: 0 });
  });

  it("tells what wrapped programs used among all, each time that they ran", async () => {
    const script = join(folder, "wrapped", "node");
    wrap([process.execPath], script);
    // A shell that ends with a command becomes that command, and would count as its child what ran before.
    const twice = `"${script}" -e '${busy}' && "${script}" -e '${busy}'; exit $?`;
    const usage = await measured("bash", ["-c", twice], { cwd: folder, env });
    expect(usage.wrappedStarts).toBe(2);
    expect(usage.wrappedCpuSeconds).toBeGreaterThan(0.56);
    // Each note is to the millisecond.
    expect(usage.cpuSeconds).toBeGreaterThan(usage.wrappedCpuSeconds - 0.01);
  });

  it("is an error where the command fails, with what it said", async () => {
    const failing = measured(process.execPath, ["-e", "console.error('no keys'); process.exit(3)"], {
      cwd: folder,
      env,
    });
    await expect(failing).rejects.toThrow(/no keys/);
  });

  it("is an error where a wrapped program was killed, for then nobody knows", async () => {
    const script = join(folder, "wrapped");
    wrap(["sh"], script);
    const killed = measured("bash", ["-c", `"${script}" -c 'kill -9 $PPID' || true`], { cwd: folder, env });
    await expect(killed).rejects.toThrow("A measured program was killed before its end.");
  });
});
