import { join } from "node:path";
import { blocksOf } from "../page";

/** The policies that the guide prints, for a mount and a key. */
export function guidePolicy(mount: string, key: string): string {
  const blocks = blocksOf(join("docs", "guides", "vault-transit.md")).filter(({ language }) => language === "hcl");
  if (blocks.length !== 2) throw new Error("The guide has not the two policies that are expected.");
  const text = blocks.map((block) => block.text).join("\n");
  return text.replaceAll("transit/", `${mount}/`).replaceAll(/signing(?=["/])|payments(?=["/])/g, key);
}
