import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorCodes } from "../../src/engine/errors";

const text = readFileSync(join(__dirname, "../../docs/troubleshooting.md"), "utf8");
const named = new Set([...text.matchAll(/`\[([a-z_]+)\]`/g)].map(([, code = ""]) => code));

/** Codes whose message is the whole advice: there is no cause to look for. */
const plain = [
  "invalid_argument",
  "invalid_key_arn",
  "invalid_lifetime",
  "unsupported_key_spec",
  "unsupported_wrapping",
  "key_unusable",
  "service_unavailable",
  "limit_exceeded",
  "invalid_policy",
  "service_refused",
  "canceled",
  "internal",
];

it("has a row for every code whose cause is not obvious, and for no other", () => {
  expect([...named].sort()).toEqual(
    Object.keys(errorCodes)
      .filter((code) => !plain.includes(code))
      .sort(),
  );
});

it("says in every row what to do", () => {
  const rows = text.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  const cells = rows.map((row) => row.split(/(?<!\\) \| /).map((cell) => cell.replaceAll(/^\| | \|$/g, "").trim()));
  expect(cells.length).toBeGreaterThan(40);
  expect(cells.filter((row) => row.some((cell) => cell === ""))).toEqual([]);
});
