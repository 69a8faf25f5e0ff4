import { tooLate, wholeAnswer } from "../../src/http/whole-answer";

const vendor = { name: "Example Cloud", trusts: "`its_bundle`" };
const mebibyte = 1024 * 1024;

async function* chunks(...sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (const [index, size] of sizes.entries()) yield Buffer.alloc(size, 65 + index);
}

it("joins what comes in pieces", async () => {
  expect((await wholeAnswer(chunks(2, 0, 1), vendor)).toString()).toBe("AAC");
  expect(await wholeAnswer(chunks(), vendor)).toHaveLength(0);
});

it("wipes the pieces, which may be of a secret, whatever comes of them", async () => {
  const [one, other] = [Buffer.from("secret"), Buffer.alloc(9 * mebibyte, "x")];
  const pieces = (...all: readonly Buffer[]) =>
    (async function* () {
      yield* all;
    })();
  expect((await wholeAnswer(pieces(one), vendor)).toString()).toBe("secret");
  await expect(wholeAnswer(pieces(other), vendor)).rejects.toMatchObject({ code: "untrusted_answer" });
  expect([one, other].every((piece) => piece.equals(Buffer.alloc(piece.length)))).toBe(true);
});

it("ends at eight mebibytes, whatever was done by then", async () => {
  expect(await wholeAnswer(chunks(5 * mebibyte, 3 * mebibyte), vendor)).toHaveLength(8 * mebibyte);
  await expect(wholeAnswer(chunks(5 * mebibyte, 3 * mebibyte, 1), vendor)).rejects.toMatchObject({
    code: "untrusted_answer",
    retry: "never",
    effectUnknown: true,
    rawMessage: expect.stringMatching(
      /has more than 8388608 bytes, which nothing that Example Cloud answers.*endpoint/,
    ),
  });
});

it("says how long it waited for whom", () => {
  expect(tooLate("kms.example", { connect: 1, request: 30_500 })).toMatchObject({
    code: "service_unavailable",
    retry: "backoff",
    effectUnknown: true,
    rawMessage: expect.stringMatching(/^kms\.example did not answer within 30\.5 seconds\. Look at the network/),
  });
});
