import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { say } from "./table";

const execute = promisify(execFile);

/** Executables that Terraform starts. */
export interface Providers {
  readonly byok: string;
  /** Answers every call with bytes that were prepared. */
  readonly floor: string;
  /** byok's provider, whose answers are written down for the floor. */
  readonly recorder: string;
  /** byok's provider with the names of its functions, for profiles. */
  readonly readable: string;
  /** On HashiCorp's plugin framework; undefined where there is no Go to build it with. */
  readonly go: string | undefined;
}

export async function builtProviders(root: string): Promise<Providers> {
  const out = join(root, "dist", "bench");
  const bundled = async (name: string, entryPoint: string, minify = true): Promise<string> => {
    const outfile = join(out, `terraform-provider-${name}`);
    await build({
      entryPoints: [join(root, entryPoint)],
      outfile,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      minify,
      banner: { js: "#!/usr/bin/env node" },
      mainFields: ["module", "main"],
      conditions: ["module", "import"],
      logLevel: "warning",
    });
    await chmod(outfile, 0o755);
    return outfile;
  };
  return {
    byok: join(root, "dist", "terraform-provider-byok"),
    floor: await bundled("floor", "bench/floor/replay.ts"),
    recorder: await bundled("recorder", "bench/floor/record.ts"),
    readable: await bundled("readable", "src/terraform/main.ts", false),
    go: await goProvider(join(root, "bench", "go-provider"), join(out, "terraform-provider-go")),
  };
}

/** Go itself sees to it that nothing is built twice. */
async function goProvider(folder: string, outfile: string): Promise<string | undefined> {
  try {
    await execute("go", ["version"]);
  } catch {
    say("The provider in Go is left out: it is built with Go, and there is no `go` on the PATH.\n");
    return undefined;
  }
  await execute("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", outfile, "."], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: "0" },
    maxBuffer: 1 << 26,
  });
  return outfile;
}
