import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long long work may keep the event loop at a time, in milliseconds. */
const MAX_SLICE_MS = 5;

/** Lets others have the event loop now and then, in the middle of long work. */
export class TimeSlice {
  #began = performance.now();

  /** To be called after each piece of the work. @returns at once while the turn is young */
  async yieldIfSpent(): Promise<void> {
    if (performance.now() - this.#began < MAX_SLICE_MS) return;
    await nextTurn();
    this.#began = performance.now();
  }
}
