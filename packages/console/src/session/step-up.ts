import { useSyncExternalStore } from 'react';

type Settle = (verified: boolean) => void;

let waiting: readonly Settle[] = [];
const listeners = new Set<() => void>();

function changed(next: readonly Settle[]): void {
  waiting = next;
  for (const listener of listeners) listener();
}

/**
 * Opens the step-up dialog, in which people prove again that it is they. Several who ask at the same time are
 * answered by the same dialog.
 * @returns false when it was closed without proof
 */
export function askForStepUp(): Promise<boolean> {
  return new Promise((resolve) => changed([...waiting, resolve]));
}

/** Answers everybody who waits. */
export function settleStepUp(verified: boolean): void {
  const settled = waiting;
  changed([]);
  for (const settle of settled) settle(verified);
}

/** Whether somebody waits. */
export function useStepUpWanted(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting.length > 0,
  );
}
