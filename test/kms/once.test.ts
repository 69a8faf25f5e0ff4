import { once } from "../../src/kms/once";

it("makes one thing for every caller", async () => {
  let made = 0;
  const get = once(async () => ({ number: ++made }));
  const [one, other] = await Promise.all([get(), get()]);
  expect(one).toBe(other);
  expect(await get()).toBe(one);
  expect(made).toBe(1);
});

it("forgets a failure, so that the next caller tries again", async () => {
  let tried = 0;
  const get = once(async () => {
    tried++;
    if (tried === 1) throw new Error("not yet");
    return tried;
  });
  const first = [get(), get()];
  await expect(first[0]).rejects.toThrow("not yet");
  await expect(first[1]).rejects.toThrow("not yet");
  expect(await get()).toBe(2);
  expect(await get()).toBe(2);
});
