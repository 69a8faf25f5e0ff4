import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(__dirname, "../../docs/decisions");
const records = readdirSync(folder).filter((file) => file !== "README.md");
const list = readFileSync(join(folder, "README.md"), "utf8");

it("numbers records without a gap", () => {
  expect(records.map((file) => Number(file.slice(0, 4)))).toEqual(records.map((_file, index) => index + 1));
});

it.each(records)("%s has a date, a status, its reasons and alternatives, and is listed", (file) => {
  const text = readFileSync(join(folder, file), "utf8");
  const number = Number(file.slice(0, 4));
  const [, title = ""] = new RegExp(`^# ${number}\\. (.+)$`, "m").exec(text) ?? [];
  const [, date = ""] = /^- Date: (\d{4}-\d\d-\d\d)$/m.exec(text) ?? [];
  const [, status = ""] = /^- Status: (accepted|superseded by \[.+\]\(.+\))$/m.exec(text) ?? [];
  expect(list).toContain(`| [${number}](${file}) | ${title} | ${date} | ${status} |`);
  const sections = [...text.matchAll(/^## (.+)\n\n(.+)/gm)];
  expect(sections.map(([, name]) => name)).toEqual(["Context", "Decision", "Alternatives", "Consequences"]);
  expect(text.match(/^- \*\*/gm)?.length).toBeGreaterThan(0);
});
