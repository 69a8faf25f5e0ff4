import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { commandPage, commandPagePath } from "./command-page";
import { terraformPages } from "./pages";

const root = process.cwd();
for (const [path, text] of [...terraformPages(root), [commandPagePath, commandPage(root)] as const]) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
