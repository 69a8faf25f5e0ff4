import { oddTexts } from "../mutation";
import type { Random } from "../random";

/** A document with members that are missing, of another kind, immense or nested without end, and once in a while no JSON. */
export function hostileJson(random: Random, example: unknown): string {
  let text = JSON.stringify(example);
  for (let left = 1 + random.below(3); left > 0; left--) {
    const members = [...text.matchAll(/(?<=[:[,{])(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\{\}|\[\])/g)];
    if (members.length === 0) break;
    const member = random.pick(members);
    const before = text.slice(0, member.index);
    const after = text.slice(member.index + member[0].length);
    // In the place of a name only text makes sense; what does not is found out by anyone who reads it.
    text = `${before}${after.startsWith(":") ? JSON.stringify(random.pick(oddTexts)) : hostileValue(random)}${after}`;
  }
  return text;
}

/** Any value, written down. */
export function hostileValue(random: Random): string {
  return random.pick(values)(random);
}

const values: readonly ((random: Random) => string)[] = [
  () => "null",
  () => "true",
  () => "[]",
  () => "{}",
  () => '""',
  (random) =>
    random.pick(["0", "-1", "1.5", "1e308", "-1e308", "1e-308", "9007199254740993", "253402300800", "8640000000001"]),
  (random) => JSON.stringify(random.pick(oddTexts)),
  (random) => JSON.stringify(random.bytes(random.below(40)).toString("base64")),
  (random) => JSON.stringify("A".repeat(random.pick([100, 5_000, random.oneIn(5) ? 60_000 : 10]))),
  (random) =>
    JSON.stringify(
      random.pick(["=", " ", ":", ":\n", "\r", "/"]).repeat(random.pick([50, random.oneIn(5) ? 30_000 : 3])),
    ),
  (random) =>
    JSON.stringify(random.pick(["arn:aws:kms:eu-central-1:999999999999:key/other", "2027-02-31T25:61:61Z", "PENDING"])),
  (random) => {
    const depth = random.pick([3, 40, 200, random.oneIn(4) ? 20_000 : 2_000]);
    return random.oneIn(2)
      ? `${"[".repeat(depth)}${"]".repeat(depth)}`
      : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  },
  () => '{"__proto__":{"x":1},"constructor":{"prototype":{}}}',
  (random) => `[${Array.from({ length: random.pick([2, 300]) }, () => "1").join()}]`,
];
