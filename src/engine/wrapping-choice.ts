import { ByokError } from "./errors";
import { type KeySpec, type MaterialShape, materialBytes, shapeIn, shapeWords } from "./key-spec";
import { type KmsProfile, materialShapes } from "./kms-profile";
import { isWrappingAlgorithm, largestPlaintextBytes, takesShape, type WrappingAlgorithm } from "./wrapping-algorithm";
import { isWrappingKeySpec, type WrappingKeySpec, wrappingKeySpecs } from "./wrapping-key";

export interface WrappingChoice {
  readonly algorithm: WrappingAlgorithm;
  readonly wrappingKeySpec: WrappingKeySpec;
}

export interface WrappingWish {
  readonly keySpec: KeySpec;
  readonly profile: KmsProfile;
  /** `wrapping_algorithm` as configured. Absent: the strongest that fits. */
  readonly algorithm?: string | undefined;
  /** `wrapping_key_spec` as configured. Absent: the strongest that fits. */
  readonly wrappingKeySpec?: string | undefined;
}

/**
 * The wrapping for material of a key spec, decided before any call.
 *
 * What is configured is kept and the rest chosen to fit: the first algorithm of the profile's order, and with it the
 * first wrapping key spec, that can carry the material. Throws `unsupported_wrapping` on the argument at fault.
 */
export function chooseWrapping(wish: WrappingWish): WrappingChoice {
  const { profile, keySpec } = wish;
  const algorithms = offered(
    wish.algorithm,
    profile.wrappingAlgorithms,
    isWrappingAlgorithm,
    algorithmArgument,
    profile,
  );
  const specs = offered(wish.wrappingKeySpec, profile.wrappingKeySpecs, isWrappingKeySpec, keySpecArgument, profile);
  const shape = shapeIn(materialShapes(profile), keySpec);
  for (const algorithm of algorithms) {
    const wrappingKeySpec = specs.find((spec) => misfit(shape, algorithm, spec) === null);
    if (wrappingKeySpec !== undefined) return { algorithm, wrappingKeySpec };
  }
  throw misfitError(wish, algorithms, specs);
}

/** Throws `unsupported_wrapping` where material of a shape cannot be wrapped so. */
export function checkWrapping(shape: MaterialShape, algorithm: WrappingAlgorithm, spec: WrappingKeySpec): void {
  const reason = misfit(shape, algorithm, spec);
  if (reason === null) return;
  throw new ByokError("unsupported_wrapping", `${reason} Use another wrapping.`, { attribute: algorithmArgument });
}

const algorithmArgument = "wrapping_algorithm";
const keySpecArgument = "wrapping_key_spec";

/** What the KMS offers, or of that the one thing that is configured. */
function offered<Name extends string>(
  wished: string | undefined,
  names: readonly Name[],
  isName: (text: string) => text is Name,
  attribute: string,
  profile: KmsProfile,
): readonly Name[] {
  if (wished === undefined) return names;
  if (isName(wished) && names.includes(wished)) return [wished];
  // A name of ours may be repeated; anything else may be whatever was pasted there.
  const said = isName(wished) ? `${wished} is` : "The value is";
  throw new ByokError(
    "unsupported_wrapping",
    `${said} no \`${attribute}\` of ${profile.title}. Use one of ${names.join(", ")}, or leave the argument out.`,
    { attribute },
  );
}

/** Why the material cannot go so, or null where it can. */
function misfit(shape: MaterialShape, algorithm: WrappingAlgorithm, spec: WrappingKeySpec): string | null {
  const size = `${shapeWords(shape)}${shape.kind === "raw" ? "" : ` (PKCS#8, ${approximately(shape)}${materialBytes(shape)} bytes)`}`;
  const largest = largestPlaintextBytes(algorithm, wrappingKeySpecs[spec].bits);
  if (materialBytes(shape) > largest) return `${algorithm} under ${spec} wraps at most ${largest} bytes, not ${size}.`;
  if (!takesShape(algorithm, shape.kind)) {
    return `${algorithm} is for private keys; a KMS does not take ${size} wrapped so.`;
  }
  return null;
}

function approximately(shape: MaterialShape): string {
  return shape.kind === "rsa" ? "about " : "";
}

/** Says what does not fit, on which argument, and what would. */
function misfitError(
  { profile, keySpec, algorithm, wrappingKeySpec }: WrappingWish,
  algorithms: readonly WrappingAlgorithm[],
  specs: readonly WrappingKeySpec[],
): ByokError {
  const shape = shapeIn(materialShapes(profile), keySpec);
  const pairs = profile.wrappingAlgorithms.flatMap((name) =>
    profile.wrappingKeySpecs.filter((spec) => misfit(shape, name, spec) === null).map((spec) => ({ name, spec })),
  );
  // The wrapping key is at fault only where the algorithm that was asked for goes under another one.
  const underOther = wrappingKeySpec !== undefined && pairs.some(({ name }) => name === algorithm);
  const best = pairs.find(({ name }) => !underOther || name === algorithm);
  const remedy =
    best === undefined
      ? `${profile.title} has no wrapping for ${keySpec}.`
      : `For ${keySpec} use ${best.name} under ${best.spec}, or leave both arguments out.`;
  const reasons = algorithms.flatMap((name) => specs.map((spec) => misfit(shape, name, spec)));
  return new ByokError("unsupported_wrapping", `${reasons[0]} ${remedy}`, {
    attribute: underOther ? keySpecArgument : algorithmArgument,
  });
}
