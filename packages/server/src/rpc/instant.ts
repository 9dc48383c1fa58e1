/** An instant as RAM writes it: `2026-11-24T08:00:00Z`, UTC, whole seconds. @param milliseconds since the epoch */
export function instant(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
