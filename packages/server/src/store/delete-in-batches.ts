/**
 * Removes many rows by transactions that each remove a few, so that nobody waits long behind one.
 * @param rows that one of them removes at most
 * @param portion removes so many, and says how many there were; fewer: nothing is left
 * @returns how many were removed together
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
