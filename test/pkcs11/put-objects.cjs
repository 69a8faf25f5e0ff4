// Puts objects into a token, with byok's own binding: a process of its own, since the module reads its settings from the
// environment. On standard input: { module, token, pin, objects: [{ generate?, template: [[type, value]] }] }, values as a
// boolean, a number or { base64 }.
const { loadKoffi } = require("../../dist/src/pkcs11/koffi.js");
const { Cryptoki } = require("../../dist/src/pkcs11/cryptoki.js");
const { layoutOf } = require("../../dist/src/pkcs11/layout.js");
const { readFileSync } = require("node:fs");

const { module: path, token, pin, objects } = JSON.parse(readFileSync(0, "utf8"));
const cryptoki = new Cryptoki(loadKoffi(__dirname, __filename), path, layoutOf(process.platform));
const serialAndWriting = 0x6;
const user = 1;

cryptoki.initialize();
const slot = cryptoki.slots().find((one) => cryptoki.tokenInfo(one).label === token);
const session = cryptoki.openSession(slot, serialAndWriting);
cryptoki.login(session, user, Buffer.from(pin));
for (const { generate, template } of objects) {
  const read = template.map(([type, value]) => [
    type,
    value?.base64 === undefined ? value : Buffer.from(value.base64, "base64"),
  ]);
  if (generate === undefined) cryptoki.createObject(session, read);
  else cryptoki.generateKey(session, { type: generate }, read);
}
cryptoki.logout(session);
cryptoki.closeSession(session);
cryptoki.finalize();
