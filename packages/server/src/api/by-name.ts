/** Rows of one page in the order of their names; pages of long lists are in the order of ids, as their index is. */
export const byName = <Row extends { readonly user_name_key: string }>(
  rows: readonly Row[],
): readonly Row[] => rows.toSorted((one, other) => (one.user_name_key < other.user_name_key ? -1 : 1));
