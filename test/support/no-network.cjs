"use strict";
// Loaded before a program that must need no network: every way out of the process fails, and at its end the program says
// which client of a cloud it had loaded.
const refuse = (what) => () => {
  throw new Error(`This program went to the network: ${what}.`);
};
require("node:net").Socket.prototype.connect = refuse("net");
for (const name of ["lookup", "resolve", "resolve4", "resolve6"]) require("node:dns")[name] = refuse("dns");
require("node:dgram").createSocket = refuse("dgram");
globalThis.fetch = refuse("fetch");

process.on("exit", () => {
  const clients = Object.keys(require.cache).filter((file) => /node_modules\/@(aws-sdk|smithy)\//.test(file));
  const own = Object.keys(require.cache).filter((file) => /\/kms\/\w+\/key-service\.js$/.test(file));
  if (clients.length + own.length > 0) {
    process.stderr.write(`This program loaded ${clients.length + own.length} files of clients of clouds.\n`);
    process.exitCode = 99;
  }
});
