import { resolve } from "node:path";
import type { Construct } from "constructs";
import { type ByokProviderConfig, ByokProviderResource } from "./bindings";
import { Token } from "./core";
import { type Faults, faultIf, refuseFaults } from "./faults";
import { sourceSchemes } from "./key-material-source";
import { known } from "./known";

/** Properties of a ByokProvider: its arguments and blocks, each optional. How each KMS is reached is in a block of its own. */
export type ByokProviderProps = ByokProviderConfig;

/**
 * The byok provider of a stack, installed from `registry.terraform.io/byok/byok`. A second one in a stack needs an `alias`,
 * and is given to the constructs as `provider`.
 */
export class ByokProvider extends ByokProviderResource {
  constructor(scope: Construct, id: string, props: ByokProviderProps = {}) {
    super(scope, id, withAbsolutePaths(props, process.cwd()));
    refuseFaults(this, () => providerFaults(props));
  }
}

/** What stands in the blocks that is secret, and what names files. */
const blocks = {
  aws: { secrets: ["secretKey", "token"], paths: ["customCaBundle", "sharedConfigFiles", "sharedCredentialsFiles"] },
  alibaba: { secrets: ["secretKey", "securityToken"], paths: ["customCaBundle", "sharedCredentialsFile"] },
  qkms: { secrets: ["secretKey"], paths: ["customCaBundle"] },
} as const;

const blockNames = ["aws", "alibaba", "qkms"] as const;

/** Terraform runs in another folder than the app. */
function withAbsolutePaths(props: ByokProviderProps, appFolder: string): ByokProviderProps {
  const changed = { ...props };
  for (const name of blockNames) {
    const block = props[name];
    if (block === undefined) continue;
    const copy = { ...block };
    for (const path of blocks[name].paths) {
      const value: unknown = Reflect.get(block, path);
      if (value !== undefined) Reflect.set(copy, path, absolute(value, appFolder));
    }
    Reflect.set(changed, name, copy);
  }
  return changed;
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
        known(word) !== undefined && !sourceSchemes.some((scheme) => scheme === word),
        `\`allowedMaterialSources\` has ${JSON.stringify(word)}. Use ${sourceSchemes.join(", ")}.`,
      ),
    ),
    ...faultIf(
      access !== undefined && access !== "plan" && access !== "apply",
      `\`materialAccess\` is ${JSON.stringify(access)}. Use plan or apply.`,
    ),
    ...faultIf(
      rate !== undefined && !(rate >= 0.01 && rate <= 1000),
      `\`importRequestsPerSecond\` is ${rate}. It may be from 0.01 to 1000.`,
    ),
    ...faultIf(
      retries !== undefined && !(Number.isInteger(retries) && retries >= 0 && retries <= 100),
      `\`maxRetries\` is ${retries}. It may be a whole number from 0 to 100.`,
    ),
    ...blockNames.flatMap((name) => secretFaults(props, name)),
  ];
}

function secretFaults(props: ByokProviderProps, name: (typeof blockNames)[number]): Faults {
  const block = props[name];
  if (block === undefined || isLoopback(known(block.endpoint))) return [];
  return blocks[name].secrets.flatMap((secret) => {
    const value: unknown = Reflect.get(block, secret);
    return faultIf(
      typeof value === "string" && known(value) !== undefined,
      `\`${name}.${secret}\` is a literal text, which would be written to cdk.tf.json. Leave it out, so that credentials come from the environment or a profile, or refer to an ephemeral variable.`,
    );
  });
}

/** The embedded KMS takes any credentials, so those for it are no secret. */
function isLoopback(endpoint: string | undefined): boolean {
  return endpoint !== undefined && /^https?:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(\/|$)/.test(endpoint);
}
