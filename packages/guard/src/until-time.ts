import { setTimeout as passed } from 'node:timers/promises';

/** Longest pause of {@link untilTime}, in milliseconds: a clock that stands still or is set back ends there. */
const LONGEST_PAUSE_MS = 1_000;

/**
 * Resolves when a clock shows a time, or after a second. One timer is not enough: it may fire a millisecond before the
 * clock shows the time, and a timestamp cut to whole seconds is then that of the second before.
 *
 * @param time milliseconds since the epoch
 * @param now returns milliseconds since the epoch
 */
export async function untilTime(time: number, now: () => number): Promise<void> {
  const end = performance.now() + LONGEST_PAUSE_MS;
  for (;;) {
    const pause = Math.min(time - now(), end - performance.now());
    if (pause <= 0) return;
    await passed(Math.ceil(pause));
  }
}
