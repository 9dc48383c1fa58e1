import { useSyncExternalStore } from 'react';

/** What people choose. */
export type ColorSchemeChoice = 'system' | 'light' | 'dark';

const storageKey = 'claviger.color-scheme';
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

let choice = readChoice();

function readChoice(): ColorSchemeChoice {
  const kept = localStorage.getItem(storageKey);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function isDark(): boolean {
  return choice === 'dark' || (choice === 'system' && systemDark.matches);
}

function apply(): void {
  document.documentElement.dataset['scheme'] = isDark() ? 'dark' : 'light';
  for (const listener of listeners) listener();
}

systemDark.addEventListener('change', apply);
apply();

/** Chooses a scheme, for this browser. */
export function chooseColorScheme(next: ColorSchemeChoice): void {
  choice = next;
  localStorage.setItem(storageKey, next);
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What was chosen. */
export function useColorSchemeChoice(): ColorSchemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

/** Whether the page is dark now. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, isDark);
}
