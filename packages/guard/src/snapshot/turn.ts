import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long long work may keep the event loop at a time, in milliseconds. */
const longestMs = 5;

/** Lets others have the event loop now and then, in the middle of long work. */
export class Turn {
  #began = performance.now();

  /** To be called after each piece of the work. @returns at once while the turn is young */
  async pause(): Promise<void> {
    if (performance.now() - this.#began < longestMs) return;
    await nextTurn();
    this.#began = performance.now();
  }
}
