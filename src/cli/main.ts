#!/usr/bin/env node
import { CommanderError } from "commander";
import { ByokError } from "../engine/errors";
import { program } from "./program";

// Said once in docs/installation.md instead of at every call of the command.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

// A diagnostic report of Node lists the variables, and with them the key material of `env:` sources. Node 20 has no such
// setting and takes no notice.
Object.assign(process.report, { excludeEnv: true });

// Anyone who reads the output may have seen enough, as `| head` has: that is no failure, and the exit code still tells.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

/** Exit codes: 0 done, 1 failed, 2 wrongly called or as a command says. */
program()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError) {
      // Commander has said what is wrong; asking for help or the version is no mistake.
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    process.stderr.write(`byok: error: ${error instanceof Error ? error.message : ByokError.from(error).message}\n`);
    process.exitCode = 1;
  });
