import { setImmediate as nextTurn } from 'node:timers/promises';

/** Maximum time that long work may block the event loop, in milliseconds. */
const MAX_SLICE_MS = 5;

/** Yields the event loop at intervals during long work. */
export class TimeSlice {
  #began = performance.now();

  /**
   * Yields if the time slice is spent; call it after each step of the work. @returns immediately otherwise
   */
  async yieldIfSpent(): Promise<void> {
    if (performance.now() - this.#began < MAX_SLICE_MS) return;
    await nextTurn();
    this.#began = performance.now();
  }
}
