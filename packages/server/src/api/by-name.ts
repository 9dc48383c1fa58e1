/** Sorts the rows of one page by name; pages of long lists follow the ids, as their index does. */
export const sortByName = <Row extends { readonly user_name_key: string }>(
  rows: readonly Row[],
): readonly Row[] => rows.toSorted((one, other) => (one.user_name_key < other.user_name_key ? -1 : 1));
