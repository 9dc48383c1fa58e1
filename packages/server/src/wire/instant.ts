// Cached, since many answers of the same second format it.
let lastSecond = Number.NaN;
let lastText = '';

/** Formats an instant as RAM does: `2026-11-24T08:00:00Z`, UTC, whole seconds. @param milliseconds since the epoch */
export function instant(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

/** Parses an instant as `instant` formats it, to milliseconds since the epoch; `undefined` if it has another form. */
export function readInstant(text: string): number | undefined {
  const milliseconds = Date.parse(text);
  // `Date.parse` reads the 30th of February as a day in March.
  return Number.isNaN(milliseconds) || instant(milliseconds) !== text ? undefined : milliseconds;
}
