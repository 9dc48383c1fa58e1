import { DAY_MS } from '../context/limits.ts';
import type { Scope } from '../context/scope.ts';
import type { SecurityPreference } from '../settings/security-preference.ts';
import { hasFactor, type SecondFactors, type SessionOwner } from './second-factor.ts';
import { hashOfToken } from './session-secret.ts';

/**
 * Lifetime of a ticket, ms. RAM remembers a second factor for seven days, where an account allows it at all
 * (EnableSaveMFATicket).
 */
const TICKET_LIFETIME_MS = 7 * DAY_MS;

/** Lifetime of a ticket in seconds, for its cookie. */
export const MFA_TICKET_SECONDS = TICKET_LIFETIME_MS / 1000;

/** Maximum number of tickets of one user; the oldest is deleted. */
const MAXIMUM_TICKETS = 20;

/** Issues a ticket that spares a browser the second factor for a while. @returns value of the cookie */
export async function issueMfaTicket(scope: Scope, owner: SessionOwner, factor: string): Promise<string> {
  const ticket = scope.services.identifiers.consoleSessionToken();
  const { accountId } = scope.account;
  const earlier = await scope.queries
    .selectFrom('mfa_tickets')
    .select('ticket_hash')
    .where('user_id', '=', owner.id)
    .where('account_id', '=', accountId)
    .orderBy('expires_at', 'desc')
    .offset(MAXIMUM_TICKETS - 1)
    .limit(MAXIMUM_TICKETS)
    .execute();
  for (const { ticket_hash: hash } of earlier) {
    await scope.queries.deleteFrom('mfa_tickets').where('ticket_hash', '=', hash).execute();
  }
  await scope.queries
    .insertInto('mfa_tickets')
    .values({
      ticket_hash: hashOfToken(ticket),
      account_id: accountId,
      user_id: owner.id,
      second_factor: factor,
      expires_at: scope.now + TICKET_LIFETIME_MS,
    })
    .execute();
  return ticket;
}

/**
 * Returns the second factor that a ticket stands for, if the ticket is of this user, the account still allows
 * tickets, and the user still has that factor.
 */
export async function readMfaTicket(
  scope: Scope,
  owner: SessionOwner,
  preference: SecurityPreference,
  factors: SecondFactors,
  ticket: string | undefined,
): Promise<string | undefined> {
  if (ticket === undefined || owner.type !== 'user' || !preference.EnableSaveMFATicket) return undefined;
  const row = await scope.queries
    .selectFrom('mfa_tickets')
    .select('second_factor')
    .where('ticket_hash', '=', hashOfToken(ticket))
    .where('user_id', '=', owner.id)
    .where('account_id', '=', scope.account.accountId)
    .where('expires_at', '>', scope.now)
    .executeTakeFirst();
  return row !== undefined && hasFactor(factors, row.second_factor) ? row.second_factor : undefined;
}
