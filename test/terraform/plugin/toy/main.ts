import { serve } from "../../../../src/terraform/plugin/serve";

void serve({
  name: "toy",
  load: () => {
    const { toyProvider }: typeof import("./provider") = require("./provider");
    return toyProvider();
  },
});
