import { setImmediate as nextTurn } from 'node:timers/promises';

/** Time of a transaction from which the next one takes fewer rows, ms: other writes wait for it. */
const MAX_PORTION_MS = 50;

/** Time of a transaction below which the next one may take more rows, ms. */
const SHORT_PORTION_MS = 20;

/** Rows of the first transaction. */
const FIRST_ROWS = 20;

/**
 * Works on many rows in short transactions, with a turn of the event loop between two. The number of rows of one
 * follows from the time of the one before. A sweep that was stopped goes on where it was at its next call, since what is
 * done is committed.
 * @param maxRows maximum number of rows of one transaction
 * @param portion works on up to that number in one transaction and returns how many; fewer means that none is left
 * @param isStopped asked between two transactions
 * @returns number of rows in all
 */
export async function sweep(
  maxRows: number,
  portion: (rows: number) => Promise<number>,
  isStopped: () => boolean = () => false,
): Promise<number> {
  let total = 0;
  for (let rows = Math.min(FIRST_ROWS, maxRows); !isStopped(); ) {
    const began = performance.now();
    const done = await portion(rows);
    total += done;
    if (done < rows) break;
    const ms = performance.now() - began;
    if (ms > MAX_PORTION_MS) rows = Math.ceil(rows / 2);
    else if (ms < SHORT_PORTION_MS) rows = Math.min(maxRows, rows * 2);
    await nextTurn();
  }
  return total;
}
