/** The version of Claviger's own API: what the console needs, and guards elsewhere. */
export const version = '2026-11-24';
