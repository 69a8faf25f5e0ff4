// What npm's registry has of a version of a package.
import { execFile } from "node:child_process";

/** The integrity of its tarball. Undefined where the version is not published. Throws where the registry gives no answer. */
export function publishedIntegrity(name, version) {
  return new Promise((settle, refuse) => {
    execFile("npm", ["view", `${name}@${version}`, "dist.integrity", "--json"], (error, stdout) => {
      const answer = stdout.trim() === "" ? undefined : JSON.parse(stdout);
      if (error === null) settle(answer);
      else if (answer?.error?.code === "E404") settle(undefined);
      else refuse(new Error(`npm gave no answer about ${name} ${version}.`, { cause: error }));
    });
  });
}
