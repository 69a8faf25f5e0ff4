/**
 * A value under a type that the compiler cannot see. The only cast of the plugin server: each use says what guarantees
 * the type instead.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- A cast is what this is.
export function unchecked<To>(value: unknown): To;
export function unchecked(value: unknown): unknown {
  return value;
}
