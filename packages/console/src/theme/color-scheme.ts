import { useSyncExternalStore } from 'react';

/** Colour scheme setting. */
export type ColorSchemeChoice = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'claviger.color-scheme';
const SYSTEM_DARK = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

let choice = readChoice();

function readChoice(): ColorSchemeChoice {
  const kept = localStorage.getItem(STORAGE_KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function isDark(): boolean {
  return choice === 'dark' || (choice === 'system' && SYSTEM_DARK.matches);
}

function apply(): void {
  document.documentElement.dataset['scheme'] = isDark() ? 'dark' : 'light';
  for (const listener of listeners) listener();
}

SYSTEM_DARK.addEventListener('change', apply);
apply();

/** Sets the colour scheme for this browser. */
export function chooseColorScheme(next: ColorSchemeChoice): void {
  choice = next;
  localStorage.setItem(STORAGE_KEY, next);
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Returns the colour scheme setting. */
export function useColorSchemeChoice(): ColorSchemeChoice {
  return useSyncExternalStore(subscribe, () => choice);
}

/** Whether the page is dark. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, isDark);
}
