import { integer } from "./input";

/** Parameters of every operation that lists. */
export const pageParameters = { PageNumber: integer(1, 1_000_000), PageSize: integer(1, 100) };

/** One page of items, and what the answer says about it. */
export function paged<T>(
  items: readonly T[],
  page: { readonly PageNumber: number | undefined; readonly PageSize: number | undefined },
) {
  const { PageNumber: number = 1, PageSize: size = 10 } = page;
  return {
    shown: items.slice((number - 1) * size, number * size),
    counts: { TotalCount: items.length, PageNumber: number, PageSize: size },
  };
}
