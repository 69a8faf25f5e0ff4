import type { Target } from "./target";
import { answerTargets } from "./targets/answers";
import { ceremonyTargets } from "./targets/ceremony";
import { codecTargets } from "./targets/codec";
import { emulatorTargets } from "./targets/emulator";
import { keyTargets } from "./targets/keys";
import { parserTargets } from "./targets/parsers";

/** Every place where bytes of strangers come in. */
export const targets: readonly Target[] = [
  ...codecTargets,
  ...parserTargets,
  ...keyTargets,
  ...answerTargets,
  ...emulatorTargets,
  ...ceremonyTargets,
];
