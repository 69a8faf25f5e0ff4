import { ByokError } from "./errors";
import { type KeySpec, type MaterialShape, materialBytes, shapeIn, shapeWords } from "./key-spec";
import { type KmsProfile, materialShapes } from "./kms-profile";
import { isWrappingAlgorithm, largestPlaintextBytes, takesShape, type WrappingAlgorithm } from "./wrapping-algorithm";
import { isWrappingKeySpec, type WrappingKeySpec, wrappingKeySpecs } from "./wrapping-key";

export interface WrappingChoice {
  readonly algorithm: WrappingAlgorithm;
  readonly wrappingKeySpec: WrappingKeySpec;
}

export interface WantedWrapping {
  readonly keySpec: KeySpec;
  readonly profile: KmsProfile;
  /** `wrapping_algorithm` as configured. Absent: the strongest that fits. */
  readonly algorithm?: string | undefined;
  /** `wrapping_key_spec` as configured. Absent: the strongest that fits. */
  readonly wrappingKeySpec?: string | undefined;
  /** What wraps the material, where that is not byok itself. */
  readonly wrapper?: Wrapper | undefined;
}

/** A device or a command that wraps material which it holds. */
export interface Wrapper {
  /** The argument that names it, in Terraform's spelling. */
  readonly attribute: string;
  /** What it can do. */
  readonly algorithms: readonly WrappingAlgorithm[];
}

/**
 * The wrapping for material of a key spec, decided before any call.
 *
 * What is configured is kept and the rest chosen to fit: the first algorithm of the profile's order, and with it the
 * first wrapping key spec, that can carry the material. Throws `unsupported_wrapping` on the argument at fault.
 */
export function chooseWrapping(wanted: WantedWrapping): WrappingChoice {
  const { profile, keySpec } = wanted;
  const algorithms = offered(
    wanted.algorithm,
    profile.wrappingAlgorithms,
    isWrappingAlgorithm,
    algorithmArgument,
    profile,
  );
  const specs = offered(wanted.wrappingKeySpec, profile.wrappingKeySpecs, isWrappingKeySpec, keySpecArgument, profile);
  const shape = shapeIn(materialShapes(profile), keySpec);
  const able = algorithms.filter((name) => canWrapBy(wanted, name));
  for (const algorithm of able) {
    const wrappingKeySpec = specs.find((spec) => misfit(shape, algorithm, spec) === null);
    if (wrappingKeySpec !== undefined) return { algorithm, wrappingKeySpec };
  }
  throw wrapperError(wanted, shape) ?? misfitError(wanted, able, specs);
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
  configured: string | undefined,
  names: readonly Name[],
  isName: (text: string) => text is Name,
  attribute: string,
  profile: KmsProfile,
): readonly Name[] {
  if (configured === undefined) return names;
  if (isName(configured) && names.includes(configured)) return [configured];
  // A name of ours may be repeated; anything else may be whatever was pasted there.
  const said = isName(configured) ? `${configured} is` : "The value is";
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

/** Says what the material's holder, the key spec and the KMS can do, where something would fit but for the holder. */
function wrapperError(
  { profile, keySpec, algorithm, wrapper }: WantedWrapping,
  shape: MaterialShape,
): ByokError | undefined {
  if (wrapper === undefined) return undefined;
  const fitting = profile.wrappingAlgorithms.filter((name) =>
    profile.wrappingKeySpecs.some((spec) => misfit(shape, name, spec) === null),
  );
  const common = fitting.filter((name) => wrapper.algorithms.includes(name));
  const sets = `What holds the key material wraps by ${listOf(wrapper.algorithms)}; ${profile.title} takes ${listOf(profile.wrappingAlgorithms)}; ${keySpec} goes by ${listOf(fitting)}.`;
  if (common.length === 0) {
    return new ByokError("unsupported_wrapping", `${sets} Nothing is common to the three. Use another source.`, {
      attribute: wrapper.attribute,
    });
  }
  const refused = algorithm !== undefined && !common.some((name) => name === algorithm);
  if (!refused) return undefined;
  return new ByokError("unsupported_wrapping", `${sets} Use ${listOf(common)}, or leave the argument out.`, {
    attribute: algorithmArgument,
  });
}

function canWrapBy({ wrapper }: WantedWrapping, algorithm: WrappingAlgorithm): boolean {
  return wrapper === undefined || wrapper.algorithms.includes(algorithm);
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}

/** Says what does not fit, on which argument, and what would. */
function misfitError(
  wanted: WantedWrapping,
  algorithms: readonly WrappingAlgorithm[],
  specs: readonly WrappingKeySpec[],
): ByokError {
  const { profile, keySpec, algorithm, wrappingKeySpec } = wanted;
  const shape = shapeIn(materialShapes(profile), keySpec);
  const able = profile.wrappingAlgorithms.filter((name) => canWrapBy(wanted, name));
  const pairs = able.flatMap((name) =>
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
