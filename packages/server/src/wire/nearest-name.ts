/** Maximum number of edits between a mistyped name and the suggested one. */
const MAXIMUM_EDITS = 2;

/** Returns the known name nearest to a mistyped one; `undefined` if none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  let best: string | undefined;
  // Short names all differ by few edits.
  let fewest = Math.min(MAXIMUM_EDITS, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const edits = editDistance(lower, candidate.toLowerCase(), fewest);
    if (edits < fewest) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

/**
 * Returns the optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
 * @param limit the result is at most `limit`
 */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let edits = Math.min(previous[column]!, current[column - 1]!) + 1;
      edits = Math.min(edits, previous[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, beforePrevious[column - 2]! + 1);
      }
      current.push(edits);
    }
    if (Math.min(...current) >= limit) return limit;
    beforePrevious = previous;
    previous = current;
  }
  return Math.min(previous[b.length]!, limit);
}
