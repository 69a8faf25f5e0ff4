import { tmpdir } from "node:os";
import { lives } from "./life";
import { inProcess } from "./support/in-process";

describe("the provider in this process", () => {
  lives({
    depth: "whole",
    provider: async (env, config) => inProcess(env, config, tmpdir()),
    text: () => "(the provider)",
  });
});
