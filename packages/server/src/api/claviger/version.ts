/** Version of Claviger's own API, which serves the console and remote guards. */
export const VERSION = '2026-11-24';
