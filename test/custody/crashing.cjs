// Loaded into a provider before its own code (node --require): ends it in the way that a file asks for, at a moment that
// the test chooses, as a fault of the program or of its runtime would.
const { appendFileSync, existsSync, readFileSync } = require("node:fs");

const order = process.env.CUSTODY_CRASH;
if (order) {
  const look = setInterval(() => {
    const how = existsSync(order) ? readFileSync(order, "utf8").trim() : "";
    if (how === "") return;
    clearInterval(look);
    appendFileSync(`${order}.taken`, `${process.argv[1]}\n`);
    if (how === "throw") throw new Error("thrown by the test", { cause: new Error("its cause") });
    if (how === "reject") void Promise.reject(new Error("rejected by the test"));
    if (how === "abort") process.abort();
    if (how === "report") process.report.writeReport();
  }, 10);
  look.unref();
}
