import { answerDate } from "../../src/kms/answer-date";

it.each([
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["Mon, 30 Nov 2026 12:00:00 GMT", Date.UTC(2026, 10, 30, 12)],
  ["Wed, 01 Jan 9000 00:00:00 GMT", Date.UTC(9_000, 0, 1)],
  ["Wed, 01 Jan 9000 00:00:01 GMT", undefined],
  ["Wed, 31 Dec 1969 23:59:59 GMT", undefined],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
  [1_700_000_000_000, undefined],
  [["Mon, 30 Nov 2026 12:00:00 GMT"], undefined],
])("the date %j is %j", (header, milliseconds) => {
  expect(answerDate(header)).toBe(milliseconds);
});
