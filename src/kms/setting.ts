import { type CamelCase, camelCase, type Field, type Kind, type ValueOf } from "../definitions/field";

/**
 * The words in which a cloud says how it is reached: a field of what every face shows, and what the faces must know
 * beyond that. The name of a setting is Terraform's, its description Terraform's too.
 */
export interface Setting<K extends Kind = Kind> extends Field<K> {
  /** Whether it must be set where its group is. Default false. */
  readonly required?: boolean;
  /** The least and the most that a whole number may be. Default: any number. */
  readonly bounds?: readonly [least: number, most: number];
  /** Its name in TypeScript, where that is another than Terraform's in camel case. */
  readonly spelled?: string;
  /** Whether it names a file, or files, of the machine that runs byok. Default false. */
  readonly file?: boolean;
  /** Of a secret: whether it is one only together with another, so that it may be written down in a program. Default false. */
  readonly harmlessAlone?: boolean;
}

/** Settings by their names in Terraform. A group, or a list of them, is a block there. */
export type Settings = Readonly<Record<string, Setting>>;

/** The values of settings, by their names in TypeScript. */
export type SettingsOf<S> = {
  readonly [N in keyof S as S[N] extends { readonly required: true } ? never : SettingName<N, S[N]>]?: ValueOfSetting<
    S[N]
  >;
} & {
  readonly [N in keyof S as S[N] extends { readonly required: true } ? SettingName<N, S[N]> : never]: ValueOfSetting<
    S[N]
  >;
};

/** The name of a setting in TypeScript. */
export type SettingName<Name, S> = S extends { readonly spelled: infer Spelled extends string }
  ? Spelled
  : CamelCase<Name>;

export type ValueOfSetting<S> = S extends { readonly is: infer K } ? ValueOfKind<K> : never;

type ValueOfKind<K> = K extends { readonly kind: "group"; readonly fields: infer S }
  ? SettingsOf<S>
  : K extends { readonly kind: "list"; readonly of: infer E }
    ? readonly ValueOfKind<E>[]
    : ValueOf<K>;

/** The name of a setting in TypeScript. */
export function settingName(name: string, { spelled }: Setting): string {
  return spelled ?? camelCase(name);
}

/** The settings in a group, or in each group of a list of them; undefined for every other kind. */
export function groupIn(kind: Kind): Settings | undefined {
  if (kind.kind === "list") return groupIn(kind.of);
  return kind.kind === "group" ? kind.fields : undefined;
}
