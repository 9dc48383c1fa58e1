/**
 * Formats a time as the API takes it: ISO 8601 in UTC, without fractions of a second.
 * @param time milliseconds since the epoch
 */
export function wholeSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
