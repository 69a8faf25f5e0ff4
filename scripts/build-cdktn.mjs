// Makes dist/cdktn, the constructs for cdktn, from dist/cdktf: the same files, except that core and bindings name the
// other library and the bindings that were generated for it.
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const dist = join(import.meta.dirname, "..", "dist");
const [source, target] = [join(dist, "cdktf"), join(dist, "cdktn")];
await rm(target, { recursive: true, force: true });
await mkdir(join(target, "generated"), { recursive: true });
await rename(join(source, "generated", "cdktn"), join(target, "generated", "cdktn"));
for (const entry of await readdir(source, { withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(source, entry.name);
  if (!/^(core|bindings)\./.test(entry.name)) {
    await cp(file, join(target, entry.name));
    continue;
  }
  const text = await readFile(file, "utf8");
  await writeFile(
    join(target, entry.name),
    text.replaceAll('"cdktf"', '"cdktn"').replaceAll("/generated/cdktf/", "/generated/cdktn/"),
  );
}
