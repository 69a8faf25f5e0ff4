import { resolve } from "node:path";
import type { Construct } from "constructs";
import { camelCase } from "../src/definitions/field";
import { clouds, type KmsName } from "../src/kms/clouds";
import type { Setting, Settings } from "../src/kms/setting";
import { type ByokProviderConfig, ByokProviderResource } from "./bindings";
import { Token } from "./core";
import { type Faults, faultIf, refuseFaults } from "./faults";
import { absolutePlace, sourceSchemes } from "./key-material-source";
import { known } from "./known";

/** Properties of a ByokProvider: its arguments and blocks, each optional. How each KMS is reached is in a block of its own. */
export type ByokProviderProps = ByokProviderConfig;

/**
 * The byok provider of a stack, installed from `registry.terraform.io/byok/byok`. A second one in a stack needs an `alias`,
 * and is passed to the constructs as `provider`.
 */
export class ByokProvider extends ByokProviderResource {
  constructor(scope: Construct, id: string, props: ByokProviderProps = {}) {
    super(scope, id, withAbsolutePaths(props, process.cwd()));
    refuseFaults(this, () => providerFaults(props));
  }
}

/** The properties of a cloud's block that hold a secret, and those that name files. */
interface BlockProps {
  readonly name: KmsName;
  readonly secrets: readonly string[];
  readonly files: readonly string[];
}

const blocks: readonly BlockProps[] = clouds.map(({ name, settings }) => {
  const fields: Settings = settings.fields;
  const those = (are: (setting: Setting) => boolean): string[] =>
    Object.entries(fields).flatMap(([field, setting]) => (are(setting) ? [camelCase(field)] : []));
  return {
    name,
    secrets: those(({ secret, harmlessAlone }) => secret === true && harmlessAlone !== true),
    files: those(({ file }) => file === true),
  };
});

/** Terraform runs in another folder than the app. */
function withAbsolutePaths(props: ByokProviderProps, appFolder: string): ByokProviderProps {
  const { allowedMaterialSources: sources } = props;
  const changed: ByokProviderProps = {
    ...props,
    ...(sources === undefined || Token.isUnresolved(sources)
      ? {}
      : { allowedMaterialSources: sources.map((word) => absoluteWord(word, appFolder)) }),
  };
  for (const { name, files } of blocks) {
    const block = props[name];
    if (block === undefined) continue;
    const copy = { ...block };
    for (const file of files) {
      const value: unknown = Reflect.get(block, file);
      if (value !== undefined) Reflect.set(copy, file, absolute(value, appFolder));
    }
    Reflect.set(changed, name, copy);
  }
  return changed;
}

/** A folder stays one: what ends with a slash allows only what is below it. */
function absoluteWord(word: string, appFolder: string): string {
  const changed = absolutePlace(word, appFolder);
  return word.endsWith("/") && !changed.endsWith("/") ? `${changed}/` : changed;
}

function absolute(path: unknown, appFolder: string): unknown {
  if (Token.isUnresolved(path)) return path;
  if (Array.isArray(path)) return path.map((one) => absolute(one, appFolder));
  if (typeof path !== "string" || known(path) === undefined || path.startsWith("~")) return path;
  return resolve(appFolder, path);
}

function providerFaults(props: ByokProviderProps): Faults {
  const { allowedMaterialSources: sources = [], materialAccess, importRequestsPerSecond, maxRetries } = props;
  const [access, rate, retries] = [known(materialAccess), known(importRequestsPerSecond), known(maxRetries)];
  return [
    ...(Token.isUnresolved(sources) ? [] : sources).flatMap((word) =>
      faultIf(
        known(word) !== undefined && !sourceSchemes.some((scheme) => scheme === word || word.startsWith(`${scheme}:`)),
        `\`allowedMaterialSources\` must be of ${sourceSchemes.join(", ")}, each alone or with the beginning of a place: ${JSON.stringify(word)} was found. Correct it.`,
      ),
    ),
    ...faultIf(
      access !== undefined && access !== "plan" && access !== "apply",
      `\`materialAccess\` must be plan or apply: ${JSON.stringify(access)} was found. Set one of them.`,
    ),
    ...faultIf(
      rate !== undefined && !(rate >= 0.01 && rate <= 1000),
      `\`importRequestsPerSecond\` must be from 0.01 to 1000: ${rate} was found. Correct it.`,
    ),
    ...faultIf(
      retries !== undefined && !(Number.isInteger(retries) && retries >= 0 && retries <= 100),
      `\`maxRetries\` must be a whole number from 0 to 100: ${retries} was found. Correct it.`,
    ),
    ...blocks.flatMap((block) => secretFaults(props, block)),
  ];
}

function secretFaults(props: ByokProviderProps, { name, secrets }: BlockProps): Faults {
  const block = props[name];
  if (block === undefined || isLoopback(Reflect.get(block, "endpoint"))) return [];
  return secrets.flatMap((secret) => {
    const value: unknown = Reflect.get(block, secret);
    return faultIf(
      typeof value === "string" && known(value) !== undefined,
      `\`${name}.${secret}\` must not be a literal text: it would be written to cdk.tf.json. Remove it, so that credentials come from the environment or a profile, or refer to an ephemeral variable.`,
    );
  });
}

/** The embedded KMS takes any credentials, so those for it are no secret. */
function isLoopback(endpoint: unknown): boolean {
  return (
    typeof endpoint === "string" &&
    known(endpoint) !== undefined &&
    /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(\/|$)/.test(endpoint)
  );
}
