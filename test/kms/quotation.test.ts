import { clean } from "../../src/kms/quotation";

/** Text that could be bytes. */
const run = (length: number): string => "aB".repeat(Math.ceil(length / 2)).slice(0, length);

it.each([
  ["", ""],
  ["  padded\t", "padded"],
  ["one\r\n\t two", "one two"],
  // A mark of direction would turn around what a terminal shows.
  ["left\u202eright", "left right"],
  ["ä ö ü: 日本語", "ä ö ü: 日本語"],
])("shows %j as %j, in one line", (words, shown) => {
  expect(clean(words)).toBe(shown);
});

it("shows no run that is long enough for the bytes of a key", () => {
  expect(clean(`x ${run(47)} y`)).toBe(`x ${run(47)} y`);
  expect(clean(`x ${run(48)} y`)).toBe("x … y");
  expect(clean(`${run(48)},${run(300)}`)).toBe("…,…");
  expect(clean(`${run(24)}+/_=-${run(24)}`)).toBe("…");
});

it.each([
  "ab01".repeat(16),
  `role/${"r".repeat(60)}`,
  `user/${"u".repeat(60)}`,
  `policy/${"p".repeat(60)}`,
  `assumed-role/deployment-of-payments-in-production/session-of-somebody-01`,
  `role/${"r".repeat(64)}/${"s".repeat(64)}`,
  `role/with=signs+and-so-on/${"s".repeat(40)}`,
])("shows the names of materials and of who asks: %s", (name) => {
  expect(clean(`is ${name}.`)).toBe(`is ${name}.`);
});

it.each([
  "ab01".repeat(15),
  "ab01".repeat(17),
  "AB01".repeat(16),
  `x${"ab01".repeat(16)}`,
  `${"ab01".repeat(16)}x`,
  `role/${"r".repeat(65)}`,
  `role/${"r".repeat(60)}/a/b`,
  `group/${"g".repeat(60)}`,
  `myrole/${"r".repeat(60)}`,
  `role/${"r".repeat(30)}/${"s".repeat(65)}`,
])("does not take for such a name what is none: %s", (text) => {
  expect(clean(`is ${text}.`)).toBe("is ….");
});

it("bounds what it shows, and what it looks at", () => {
  const thousand = "word ".repeat(200).trim();
  expect(clean(`${thousand}.`)).toBe(`${thousand}.`);
  expect(clean(`${thousand}.`)).toHaveLength(1_000);
  expect(clean(`${thousand}..`)).toBe(`${thousand}.…`);
  // What is dropped in the cleaning leaves room for what stands behind it, up to a bound.
  expect(clean(`${" ".repeat(3_998)}abcd`)).toBe("ab");
});
