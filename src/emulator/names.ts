/** The names of a table's rows, as the narrow type that they have. */
export function namesOf<Table extends object>(table: Table): Extract<keyof Table, string>[] {
  return Object.keys(table).filter((name): name is Extract<keyof Table, string> => Object.hasOwn(table, name));
}
