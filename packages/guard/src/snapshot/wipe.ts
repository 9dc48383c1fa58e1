import type { Snapshot } from './snapshot.ts';
import { Turn } from './turn.ts';

/** Overwrites a copy, some of it each turn of the event loop. */
export async function wipe(snapshot: Snapshot): Promise<void> {
  const turn = new Turn();
  for (const _ of snapshot.wipe()) await turn.pause();
}
