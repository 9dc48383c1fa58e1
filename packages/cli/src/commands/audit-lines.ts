import { once } from 'node:events';
import { parseDuration } from '@claviger/guard/gateway';
import type { ReadEvent } from '@claviger/server';
import { InvalidValue } from '../invalid-value.ts';
import type { Terminal } from '../terminal.ts';

/** The longest age, a hundred years. */
const MAX_AGE = '36500d';

/**
 * Writes a line, and waits while the output is slower than the database.
 *
 * @returns false when the output is closed, as in `claviger audit | head -1`
 */
export async function writeLine({ out }: Terminal, line: string): Promise<boolean> {
  const isClosed = () => out.writableEnded || out.destroyed;
  if (!out.write(`${line}\n`) && !isClosed()) {
    // A failed write closes the output; `handleOutputErrors` reports errors other than a closed pipe.
    await Promise.race([once(out, 'drain'), once(out, 'close')]).catch(() => {});
  }
  return !isClosed();
}

/** Formats an event: time, account, name, result, user, AccessKey, source IP. */
export function lineOf(event: ReadEvent): string {
  const cells = [
    new Date(event.event_time).toISOString(),
    (event.account_id === '' ? '-' : event.account_id).padEnd(16),
    event.event_name === '' ? '-' : event.event_name,
    event.error_code === '' ? 'ok' : event.error_code,
    event.user_name === '' ? '-' : event.user_name,
    event.access_key_id === '' ? '-' : event.access_key_id,
    event.source_ip === '' ? '-' : event.source_ip,
  ];
  return printable(cells.join('  '));
}

/** Escapes control characters and changes of the writing direction: callers choose some texts in events. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Parses an account id. */
export function parseAccountId(text: string): string {
  if (!/^\d{16}$/.test(text)) throw new InvalidValue('account ID', text, '16 digits');
  return text;
}

/** Parses a time or an age. The result is a function, because an age depends on the current time. */
export function parseTime(text: string): (now: number) => number {
  if (/^\d+[a-z]+$/.test(text)) {
    const age = parseDuration(text, { most: MAX_AGE });
    return (now) => now - age;
  }
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new InvalidValue('time', text, 'a time such as 2026-11-24T08:00:00Z, or an age such as 24h');
  }
  return () => time;
}
