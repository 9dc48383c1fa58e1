import { useSyncExternalStore } from 'react';

type Settle = (verified: boolean) => void;

let waiting: readonly Settle[] = [];
const listeners = new Set<() => void>();

function changed(next: readonly Settle[]): void {
  waiting = next;
  for (const listener of listeners) listener();
}

/**
 * Opens the step-up dialog. Concurrent calls share one dialog.
 * @returns false when it was closed without verification
 */
export function askForStepUp(): Promise<boolean> {
  return new Promise((resolve) => changed([...waiting, resolve]));
}

/** Resolves all pending calls of `askForStepUp`. */
export function settleStepUp(verified: boolean): void {
  const settled = waiting;
  changed([]);
  for (const settle of settled) settle(verified);
}

/** Whether the step-up dialog is requested. */
export function useStepUpWanted(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting.length > 0,
  );
}
