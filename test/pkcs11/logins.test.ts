import { LoginMemory } from "../../src/material-sources/pkcs11-logins";
import { parsePkcs11Uri } from "../../src/pkcs11/uri";
import { rejected } from "../engine/thrown";

const uri = (names: string, pinSource = "&pin-source=env:PIN") =>
  parsePkcs11Uri(`pkcs11:${names}?module-path=/usr/lib/x.so${pinSource}`, "source");
const refused = { error: { code: "pin_incorrect", message: "m", serial: "4711" } };
const hung = { error: { code: "module_hung", message: "m" } };
const wrapped = { wrapped: "AAAA" };

/** A child that answers when it is let, and counts how many run at a time. */
function children() {
  const waiting: ((answer: object) => void)[] = [];
  const given: (readonly string[])[] = [];
  return {
    waiting,
    given,
    ask: (refusedBy: readonly string[]): Promise<Readonly<Record<string, unknown>>> => {
      given.push(refusedBy);
      return new Promise((resolve) => waiting.push((answer) => resolve({ ...answer })));
    },
  };
}

/** Until all that can go on has gone on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("lets one child log in at a time, until the PIN is seen to be right", async () => {
  const [memory, { waiting, ask }] = [new LoginMemory(), children()];
  const all = ["a", "b", "c"].map((object) => memory.inTurn(uri(`token=t;object=${object}`), undefined, ask));
  await settled();
  expect(waiting).toHaveLength(1);
  waiting[0]?.(wrapped);
  await settled();
  expect(waiting).toHaveLength(2);
  waiting[1]?.(wrapped);
  await settled();
  waiting[2]?.(wrapped);
  expect(await Promise.all(all)).toEqual([wrapped, wrapped, wrapped]);
  void memory.inTurn(uri("token=t;object=d"), undefined, ask);
  void memory.inTurn(uri("token=t;object=e"), undefined, ask);
  await settled();
  expect(waiting).toHaveLength(5);
});

it("asks nobody again once a PIN was refused, and tells children of the token", async () => {
  const [memory, { waiting, given, ask }] = [new LoginMemory(), children()];
  const all = ["a", "b"].map((object) => memory.inTurn(uri(`token=t;object=${object}`), undefined, ask));
  await settled();
  waiting[0]?.(refused);
  expect(await Promise.all(all)).toEqual([refused, refused]);
  expect(await memory.inTurn(uri("object=c;token=t"), undefined, ask)).toEqual(refused);
  expect(waiting).toHaveLength(1);
  void memory.inTurn(uri("serial=4711;object=a"), undefined, ask);
  await settled();
  expect(given).toEqual([[], ["4711"]]);
});

it("keeps another PIN, another module and no PIN apart", async () => {
  const [memory, { waiting, given, ask }] = [new LoginMemory(), children()];
  const first = memory.inTurn(uri("token=t;object=a"), undefined, ask);
  await settled();
  waiting[0]?.(refused);
  await first;
  void memory.inTurn(uri("token=t;object=a", "&pin-source=env:OTHER"), undefined, ask);
  void memory.inTurn(uri("token=t;object=a", ""), undefined, ask);
  void memory.inTurn(uri("token=t;object=b", ""), undefined, ask);
  await settled();
  expect(given).toEqual([[], [], [], []]);
});

it("gives those that waited behind a module that hung the same answer, and asks again later", async () => {
  const [memory, { waiting, ask }] = [new LoginMemory(), children()];
  const all = ["a", "b", "c"].map((object) => memory.inTurn(uri(`token=t;object=${object}`), undefined, ask));
  await settled();
  waiting[0]?.(hung);
  expect(await Promise.all(all)).toEqual([hung, hung, hung]);
  const later = memory.inTurn(uri("token=t;object=a"), undefined, ask);
  await settled();
  waiting[1]?.(wrapped);
  expect(await later).toEqual(wrapped);
});

it("goes on after a child that could not be asked, and starts none for an operation that was canceled", async () => {
  const memory = new LoginMemory();
  const fails = memory.inTurn(uri("token=t;object=a"), undefined, () => Promise.reject(new Error("no process")));
  const signal = AbortSignal.abort();
  const canceled = memory.inTurn(uri("token=t;object=b"), { signal }, () => Promise.resolve(wrapped));
  const good = memory.inTurn(uri("token=t;object=c"), undefined, () => Promise.resolve(wrapped));
  await expect(fails).rejects.toThrow("no process");
  expect((await rejected(canceled)).code).toBe("canceled");
  expect(await good).toEqual(wrapped);
});
