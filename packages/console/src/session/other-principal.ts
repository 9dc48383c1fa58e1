import { useSyncExternalStore } from 'react';

let signedIn = false;
const listeners = new Set<() => void>();

/** Notes that the server refused a call of this page because another user has signed in with this browser. */
export function otherPrincipalSignedIn(): void {
  signedIn = true;
  for (const listener of listeners) listener();
}

/** Whether that was so; until the page is loaded again. */
export function useOtherPrincipalSignedIn(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => signedIn,
  );
}
