import type { Account } from '../context/account.ts';
import type { AnonymousRequest } from '../context/anonymous-request.ts';
import type { ConsoleSession } from './console-session.ts';
import type { ConsoleSite } from './console-site.ts';

/** A request by which a browser signs in, continues a sign-in, or confirms its identity. */
export interface ConsoleRequest extends AnonymousRequest {
  readonly site: ConsoleSite;
  readonly userAgent: string;
  /** The session that the operation requires; `undefined` if it requires none. */
  readonly session: ConsoleSession | undefined;
  /** Session token of the cookie, valid or not; `undefined` if absent. */
  readonly sessionToken: string | undefined;
  /** Ticket of an earlier second factor, from its cookie; `undefined` if absent. */
  readonly mfaTicket: string | undefined;
  /** Token that binds SAML requests to this browser, from its cookie; `undefined` if absent. */
  readonly samlToken: string | undefined;
  /** Names the existing identity that the sign-in is for, in the audit record. */
  attempted(account: Account, owner: { readonly type: 'root' | 'user'; readonly name: string }): void;
}
