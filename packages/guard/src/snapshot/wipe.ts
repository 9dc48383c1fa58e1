import type { Snapshot } from './snapshot.ts';
import { TimeSlice } from './time-slice.ts';

/** Overwrites a copy, some of it each turn of the event loop. */
export async function wipe(snapshot: Snapshot): Promise<void> {
  const turn = new TimeSlice();
  for (const _ of snapshot.wipe()) await turn.yieldIfSpent();
}
