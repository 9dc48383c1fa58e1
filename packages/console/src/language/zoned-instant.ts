/**
 * Returns a function that formats times as ISO 8601 with seconds and offset, as in `2026-11-24T20:00:00+08:00`.
 * @param timeZone IANA name; undefined for the time zone of the browser
 */
export function zonedInstant(timeZone: string | undefined): (time: number) => string {
  const format = new Intl.DateTimeFormat('en', {
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
    ...(timeZone !== undefined && { timeZone }),
  });
  return (time) => {
    const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
    // `GMT+08:00`; `GMT` alone for UTC.
    const offset = (part['timeZoneName'] ?? '').slice('GMT'.length) || 'Z';
    return `${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}:${part['second']}${offset}`;
  };
}
