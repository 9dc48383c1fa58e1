/**
 * Deletes many rows in small transactions, so that other writes do not wait long.
 * @param rows maximum number of rows of one transaction
 * @param portion deletes up to that number and returns how many; fewer means that none is left
 * @returns number of rows deleted in all
 */
export async function deleteInBatches(
  rows: number,
  portion: (rows: number) => Promise<number>,
): Promise<number> {
  let total = 0;
  for (;;) {
    const removed = await portion(rows);
    total += removed;
    if (removed < rows) return total;
  }
}
