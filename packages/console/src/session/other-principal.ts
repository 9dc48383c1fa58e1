import { useSyncExternalStore } from 'react';

let signedIn = false;
const listeners = new Set<() => void>();

/** Records that a call was refused because another user has signed in with this browser. */
export function otherPrincipalSignedIn(): void {
  signedIn = true;
  for (const listener of listeners) listener();
}

/** Whether another user has signed in since the page was loaded. */
export function useOtherPrincipalSignedIn(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => signedIn,
  );
}
