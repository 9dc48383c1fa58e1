// Requests of one second share its text.
let lastSecond = Number.NaN;
let lastText = '';

/** An instant as RAM writes it: `2026-11-24T08:00:00Z`, UTC, whole seconds. @param milliseconds since the epoch */
export function instant(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

/** The instant that such a text names, in milliseconds since the epoch; undefined when there is none. */
export function readInstant(text: string): number | undefined {
  const milliseconds = Date.parse(text);
  // The parser takes the 30th of February for a day in March.
  return Number.isNaN(milliseconds) || instant(milliseconds) !== text ? undefined : milliseconds;
}
