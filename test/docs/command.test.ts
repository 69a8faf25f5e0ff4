import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandPage, commandPagePath, markOf } from "../../scripts/terraform-docs/command-page";
import { fingerprintCommand } from "../../src/cli/fingerprint";
import { program } from "../../src/cli/program";
import { blocksUnder } from "../support/page";

const root = join(__dirname, "../..");
const page = readFileSync(join(root, commandPagePath), "utf8");

/** The JSON that stands under a heading of the page. */
function documented(heading: string): Record<string, unknown> {
  const [block] = blocksUnder(commandPagePath, heading).filter(({ language }) => language === "json");
  return JSON.parse(block?.text ?? "");
}

describe("the page of the command", () => {
  it("has the help of every command as it is printed; `npm run generate:docs` writes it", () => {
    expect(commandPage(root)).toBe(page);
  });

  it.each(program().commands.map((command) => [command.name(), command] as const))(
    "has a section on %s, with every option",
    (name, command) => {
      expect(page.split(markOf(command))).toHaveLength(2);
      expect(page).toContain(`\n## byok ${name}\n\n${markOf(command)}\n\n\`\`\`text\nUsage: byok ${name} `);
      expect(page).toContain(`[\`byok ${name}\`](#byok-${name})`);
      const [help] = blocksUnder(commandPagePath, `byok ${name}`);
      for (const { flags } of command.options) expect(help?.text).toContain(`  ${flags} `);
    },
  );

  it("has no section on anything else", () => {
    const sections = [...page.matchAll(/^## byok (.*)$/gm)].map(([, name]) => name);
    expect(new Set(sections)).toEqual(new Set(program().commands.map((command) => command.name())));
  });

  it("shows the JSON of a fingerprint as it is printed", async () => {
    let printed = "";
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
    const command = fingerprintCommand({
      stdin: (async function* () {
        yield bytes;
      })(),
      out: (text) => {
        printed += text;
      },
      err: () => {},
      exitCode: () => {},
    });
    await command.parseAsync(["-", "--json"], { from: "user" });
    expect(documented("byok fingerprint")).toEqual(JSON.parse(printed));
  });
});
