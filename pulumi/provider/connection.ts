import type { Kind } from "../../src/definitions/field";
import { defined } from "../../src/engine/defined";
import type { IgnoredTags } from "../../src/engine/ignored-tags";
import type { AllowedKeys } from "../../src/engine/key-services";
import type { Cloud } from "../../src/kms/cloud";
import { type KnownCloud, clouds as knownClouds } from "../../src/kms/clouds";
import type { KmsSettings } from "../../src/kms/key-services";
import { type Setting, settingName, type SettingName, type Settings, type ValueOfSetting } from "../../src/kms/setting";
import { hasUnknown, isProps, type Props } from "./props";
import {
  type ArgumentsOf,
  type Failure,
  type Fields,
  list,
  number,
  object,
  readArguments,
  type Shape,
  text,
  word,
} from "./shape";
import { shapeOf } from "./shape-of";

/** What is not about a single KMS. */
const generalFields = {
  allowedAccountIds: list(text),
  allowedRegions: list(text),
  allowedMaterialSources: list(text),
  materialAccess: word("plan", "apply"),
  importRequestsPerSecond: number,
  ignoreTags: object({ keys: list(text), keyPrefixes: list(text) }),
} as const;

/** How KMSs are reached and what may be touched, secrets included. */
export type Connection = ArgumentsOf<typeof generalFields> & ArgumentsFor<KnownCloud, "configuration">;

/** The same as far as it may be an argument: what `ConnectionArgs` writes out for people. */
export type ConnectionArgument = ArgumentsOf<typeof generalFields> & ArgumentsFor<KnownCloud, "argument">;

type Place = "argument" | "configuration";

/** The settings of clouds as Pulumi names them: those of a flat one side by side, those of the others in an object each. */
type ArgumentsFor<C extends Cloud, P extends Place> = SideBySide<C extends Flat ? ArgumentsIn<C, P> : never> & {
  readonly [O in Exclude<C, Flat> as O["name"]]?: ArgumentsIn<O, P>;
};

type ArgumentsIn<C extends Cloud, P extends Place> = {
  readonly [N in keyof FieldsOf<C> as "argument" extends P
    ? IsArgument<C, N> extends true
      ? ArgumentName<C, N>
      : never
    : ArgumentName<C, N>]?: ValueOfSetting<FieldsOf<C>[N]>;
};

type IsArgument<C extends Cloud, N extends keyof FieldsOf<C>> = FieldsOf<C>[N] extends { readonly secret: true }
  ? false
  : C extends { readonly settings: { readonly pulumi: { readonly configurationOnly: readonly (infer Name)[] } } }
    ? N extends Name
      ? false
      : true
    : true;

type FieldsOf<C extends Cloud> = C["settings"]["fields"];

type ArgumentName<C extends Cloud, N extends keyof FieldsOf<C>> = C extends {
  readonly settings: { readonly pulumi: { readonly names: { readonly [Name in N]: infer Other extends string } } };
}
  ? Other
  : SettingName<N, FieldsOf<C>[N]>;

type Flat = { readonly settings: { readonly pulumi: { readonly flat: true } } };

/** Everything that is in some member of the union. */
type SideBySide<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer All) => void ? All : never;

/** Which settings are allowed where, for some clouds. */
export interface ConnectionTable {
  readonly clouds: readonly Cloud[];
  /** The `connection` argument. What is secret is no part of it, since arguments are kept in the state. */
  readonly argument: typeof generalFields;
  /** The stack's configuration, `byok:…`. */
  readonly configuration: typeof generalFields;
}

export function connectionTable(clouds: readonly Cloud[]): ConnectionTable {
  return {
    clouds,
    argument: { ...fieldsFor(clouds, isArgument), ...generalFields },
    configuration: { ...fieldsFor(clouds, () => true), ...generalFields },
  };
}

const knownTable = connectionTable(knownClouds);

export const connectionFields = knownTable.argument;

function isArgument({ settings }: Cloud, name: string, { secret }: Setting): boolean {
  return secret !== true && settings.pulumi?.configurationOnly.includes(name) !== true;
}

function fieldsFor(clouds: readonly Cloud[], isShown: typeof isArgument): Fields {
  return Object.assign(
    {},
    ...clouds.map((cloud) => {
      const shown = Object.entries(cloud.settings.fields).filter(([name, setting]) => isShown(cloud, name, setting));
      const fields = Object.fromEntries(
        shown.map(([name, setting]) => [nameOf(cloud, name, setting), shapeOf(setting.is)]),
      );
      return isFlat(cloud) ? fields : { [cloud.name]: object(fields) };
    }),
  );
}

function isFlat({ settings }: Cloud): boolean {
  return settings.pulumi?.flat === true;
}

function nameOf({ settings }: Cloud, name: string, setting: Setting): string {
  return settings.pulumi?.names[name] ?? settingName(name, setting);
}

/** What Pulumi's engine passes to `configure`. */
export interface Config {
  get(key: string): string | undefined;
}

export interface ReadConnection {
  readonly connection: Connection;
  readonly failures: readonly Failure[];
}

/**
 * The connection of one resource: its argument, and for what that leaves out the stack's configuration. While part of the
 * argument is not known, the rest holds, and sources of key material stay closed: what is unknown must not open them.
 */
export function connectionOf(
  argument: unknown,
  config: Config | undefined,
  table: ConnectionTable = knownTable,
): ReadConnection {
  const { args } = readArguments(table.argument, isProps(argument) ? argument : {});
  const configured = config === undefined ? {} : configuredProps(config, table);
  const { args: fromConfig, failures } = readArguments(table.configuration, configured);
  return {
    connection: {
      ...fromConfig,
      ...args,
      ...(hasUnknown(argument) ? { materialAccess: "apply" as const } : {}),
      ...objectsOf(table.clouds, fromConfig, args),
    },
    failures: failures.map(({ property, reason }) => ({
      property: "connection",
      reason: `The stack's configuration \`byok:${property}\` ${reason}`,
    })),
  };
}

/** The clouds' own objects, each of what is configured and of what the argument says before that. */
function objectsOf(clouds: readonly Cloud[], configured: Props, args: Props): Props {
  const own = clouds.filter((cloud) => !isFlat(cloud)).map(({ name }) => name);
  return Object.fromEntries(own.map((name) => [name, { ...propsOf(configured[name]), ...propsOf(args[name]) }]));
}

function propsOf(value: unknown): Props {
  return isProps(value) ? value : {};
}

function configuredProps(config: Config, { clouds, configuration }: ConnectionTable): Props {
  const others = new Map(clouds.flatMap(otherNamespaces));
  const fields: Fields = configuration;
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, shape]) => {
      const other = others.get(name);
      const written = config.get(`byok:${name}`) ?? (other === undefined ? undefined : config.get(`${other}:${name}`));
      if (written === undefined || written === "") return [];
      return [[name, shape.kind === "text" || shape.kind === "word" ? written : asText(shape, structured(written))]];
    }),
  );
}

/** By the names of fields: whose configuration serves as a default. */
function otherNamespaces(cloud: Cloud): readonly (readonly [string, string])[] {
  const fields: Settings = cloud.settings.fields;
  const { namespace, settings } = cloud.settings.pulumi?.defaultsFrom ?? { namespace: "", settings: [] };
  return Object.entries(fields).flatMap(([name, setting]) =>
    settings.includes(name) ? [[nameOf(cloud, name, setting), namespace] as const] : [],
  );
}

/** Everything but text is written in JSON; the command line gives lists and objects so by itself. */
function structured(written: string): unknown {
  try {
    const value: unknown = JSON.parse(written);
    // pulumi-aws takes one role as well as a list of them.
    return isProps(value) && "roleArn" in value ? [value] : value;
  } catch {
    return written;
  }
}

/** `--path` writes a number for what looks like one, such as the id of an account, whatever is wanted. */
function asText(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case "text":
      return Number.isSafeInteger(value) || typeof value === "boolean" ? String(value) : value;
    case "list":
      return Array.isArray(value) ? value.map((item: unknown) => asText(shape.of, item)) : value;
    case "map":
    case "object":
      if (!isProps(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([name, item]) => {
          const inner = shape.kind === "map" ? shape.of : shape.fields[name];
          return [name, inner === undefined ? item : asText(inner, item)];
        }),
      );
    case "flag":
    case "number":
    case "word":
      return value;
  }
}

export function allowedKeys({ allowedAccountIds, allowedRegions }: Connection): AllowedKeys {
  return { accountIds: allowedAccountIds, regions: allowedRegions };
}

export function ignoredTags({ ignoreTags: { keys = [], keyPrefixes = [] } = {} }: Connection): IgnoredTags {
  return { keys, keyPrefixes };
}

/** The connection as `keyServices` takes it. */
export function kmsSettings(connection: Connection, clouds: readonly Cloud[] = knownClouds): KmsSettings {
  return {
    ...Object.fromEntries(clouds.map((cloud) => [cloud.name, settingsIn(connection, cloud)])),
    importRequestsPerSecond: connection.importRequestsPerSecond,
  };
}

/** The settings of one cloud, by their names in TypeScript. */
function settingsIn(connection: Connection, cloud: Cloud): object {
  const props: Props = isFlat(cloud) ? connection : propsOf(Reflect.get(connection, cloud.name));
  const fields: Settings = cloud.settings.fields;
  return defined(
    Object.fromEntries(
      Object.entries(fields).map(([name, setting]) => [
        settingName(name, setting),
        completed(setting.is, props[nameOf(cloud, name, setting)]),
      ]),
    ),
  );
}

/** With an empty text for what a group lacks, so that the code that needs it reports it. */
function completed(kind: Kind, value: unknown): unknown {
  if (kind.kind === "list" && Array.isArray(value)) return value.map((item: unknown) => completed(kind.of, item));
  if (kind.kind !== "group" || !isProps(value)) return value;
  const settings: Settings = kind.fields;
  const required = Object.entries(settings).filter(([, setting]) => setting.required === true);
  return { ...Object.fromEntries(required.map(([name, setting]) => [settingName(name, setting), ""])), ...value };
}
