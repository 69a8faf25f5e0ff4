import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cdktfCli } from "./cdktf-cli";

it("says in one sentence how to get the CLI where npm cannot install it", async () => {
  const cache = await mkdtemp(join(tmpdir(), "byok-cache-"));
  const said = jest.spyOn(console, "error").mockImplementation(() => undefined);
  try {
    const environment = {
      ...process.env,
      XDG_CACHE_HOME: cache,
      npm_config_cache: join(cache, "npm"),
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_fetch_retries: "0",
    };
    await expect(cdktfCli(environment)).rejects.toThrow(
      /^These tests need cdktf-cli@0\.21\.0, which npm could not install: make .*cdktf-cli-0\.21\.0\.$/,
    );
    expect(await readdir(join(cache, "byok-tests"))).toEqual([]);
  } finally {
    said.mockRestore();
    await rm(cache, { recursive: true, force: true });
  }
}, 60_000);
