// Loaded into every Node that Pulumi's CLI starts: the process for dynamic providers says which it is, so that it can be
// killed.
const { writeFileSync } = require("node:fs");

const file = process.env.CRASH_PID_FILE;
if (file && process.argv[1]?.includes("dynamic-provider")) writeFileSync(file, String(process.pid));
