import type { EventPosition } from '../../audit/lookup.ts';
import { Refusal } from '../../errors/refusal.ts';

/** Returns the page token for a position; `undefined` if there is no further page. */
export function tokenOf(position: EventPosition | undefined): string | undefined {
  return position && Buffer.from(`e2:${position.time}:${position.position}`).toString('base64url');
}

/** Returns the position of a page token. @throws Refusal InvalidParameter for a malformed one */
export function positionOf(token: string | undefined): EventPosition | undefined {
  if (token === undefined) return undefined;
  const [, at, position] =
    /^e2:(\d{1,15}):(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if (at === undefined || position === undefined) throw new Refusal('Invalid', { name: 'NextToken' });
  return { time: Number(at), position: Number(position) };
}
