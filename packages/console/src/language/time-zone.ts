import { useSyncExternalStore } from 'react';

const STORAGE_KEY = 'claviger.time-zone';
const listeners = new Set<() => void>();

let choice = readChoice();

/** Returns the stored time zone; undefined for that of the browser. */
function readChoice(): string | undefined {
  const kept = localStorage.getItem(STORAGE_KEY);
  return kept !== null && isTimeZone(kept) ? kept : undefined;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

// Another tab has changed the setting.
window.addEventListener('storage', ({ key }) => {
  if (key === STORAGE_KEY || key === null) apply(readChoice());
});

function apply(next: string | undefined): void {
  choice = next;
  for (const listener of listeners) listener();
}

/** Sets the time zone of all times of the console, in this browser; undefined for that of the browser. */
export function chooseTimeZone(next: string | undefined): void {
  if (next === undefined) localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, next);
  apply(next);
}

/** Returns the time zone of the browser. */
export function browserTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Returns all IANA time zones, UTC first. */
export function timeZones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Returns the time zone setting; undefined for that of the browser. */
export function useTimeZoneChoice(): string | undefined {
  return useSyncExternalStore(subscribe, () => choice);
}
