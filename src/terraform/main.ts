import { childArgument } from "../pkcs11/child-argument";
import { serve } from "./plugin/serve";

// Said once in the documentation instead of at every start of the provider.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";

// A diagnostic report of Node lists the variables, and with them the key material of `env:` sources. Node 20 has no such
// setting and takes no notice.
Object.assign(process.report, { excludeEnv: true });

if (process.argv.includes(childArgument)) {
  const { runChild }: typeof import("../pkcs11/child") = require("../pkcs11/child");
  void runChild();
} else {
  void serve({
    name: "byok",
    load: () => {
      const { byokProvider }: typeof import("./provider") = require("./provider");
      return byokProvider();
    },
  });
}
