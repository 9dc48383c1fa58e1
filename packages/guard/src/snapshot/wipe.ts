import type { Snapshot } from './snapshot.ts';
import { TimeSlice } from './time-slice.ts';

/** Overwrites a copy in time slices. */
export async function wipe(snapshot: Snapshot): Promise<void> {
  const turn = new TimeSlice();
  for (const _ of snapshot.wipe()) await turn.yieldIfSpent();
}
