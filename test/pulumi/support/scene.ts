import { tmpdir } from "node:os";
import { type Life, startLife, testRegion } from "../../support/life";
import { reaching } from "../life";
import { inProcess } from "./in-process";
import type { Provider } from "./methods";
import { Stack } from "./stack";

/** An embedded KMS, a stack on it, and what its provider asked of the KMS. */
export interface Scene {
  readonly life: Life;
  readonly stack: Stack;
  /** A provider as a run of its own has it. */
  readonly provider: () => Provider;
  readonly arn: (name?: string) => string;
  /** The writing requests since the last look at them. */
  readonly writes: () => readonly string[];
}

/** One scene for each test of a suite. */
export function scenes(config: Readonly<Record<string, string>> = {}): () => Scene {
  let scene: Scene | undefined;
  beforeEach(async () => {
    const life = await startLife();
    const settings = { "aws:region": testRegion, "byok:importRequestsPerSecond": "1000", ...config };
    const provider = () => inProcess(reaching(life.kms.url), settings, tmpdir());
    const stack = new Stack(
      async () => provider(),
      () => "(the provider)",
    );
    scene = {
      life,
      stack,
      provider,
      arn: (name = "payments") => String(stack.outs("ExternalKey", name)["arn"]),
      writes: () => life.calls().filter((name) => !/^(Describe|List|Get)/.test(name)),
    };
  });
  afterEach(() => scene?.life.close());
  return () => {
    if (scene === undefined) throw new Error("There is no scene outside of a test.");
    return scene;
  };
}
