// Destroys the objects with a label in a token. On standard input: { module, token, pin, label }.
const { loadKoffi } = require("../../dist/src/pkcs11/koffi.js");
const { Cryptoki } = require("../../dist/src/pkcs11/cryptoki.js");
const { layoutOf } = require("../../dist/src/pkcs11/layout.js");
const { attribute } = require("../../dist/src/pkcs11/constants.js");
const { readFileSync } = require("node:fs");

const { module: path, token, pin, label } = JSON.parse(readFileSync(0, "utf8"));
const cryptoki = new Cryptoki(loadKoffi(__dirname, __filename), path, layoutOf(process.platform));
const serialAndWriting = 0x6;
const user = 1;

cryptoki.initialize();
const slot = cryptoki.slots().find((one) => cryptoki.tokenInfo(one).label === token);
const session = cryptoki.openSession(slot, serialAndWriting);
cryptoki.login(session, user, Buffer.from(pin));
for (const object of cryptoki.findObjects(session, [[attribute.label, Buffer.from(label)]]))
  cryptoki.destroyObject(session, object);
cryptoki.finalize();
