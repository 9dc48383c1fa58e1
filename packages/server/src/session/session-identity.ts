import type { Credential, RootPrincipal, TagValues, UserPrincipal } from '@claviger/guard';
import type { Identity } from '@claviger/guard/internal';
import { rootPrincipal, userPrincipal } from '../accounts/principal.ts';
import type { Services } from '../context/services.ts';
import { readUserPolicies } from '../policies/user-policies.ts';
import type { Queries } from '../store/store.ts';
import type { ConsoleSession } from './console-session.ts';
import type { ConsoleSite } from './console-site.ts';

/** The sender of a request that came with a session of the console instead of a signature. */
export interface SessionIdentity {
  /** Tells it from an identity that a signature has proven. */
  readonly by: 'session';
  readonly session: ConsoleSession;
  readonly site: ConsoleSite;
  readonly csrfToken: string;
  readonly principal: RootPrincipal | UserPrincipal;
  readonly credential: Pick<Credential, 'permissions' | 'sessionPolicy'>;
  readonly mfaPresent: boolean;
  readonly sourceAddress: string;
  /** The named network that the address is in. */
  readonly vpcId?: string | undefined;
  readonly secure: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Everybody who can call an operation. Closed: what depends on how somebody has proven who it is switches over `by`,
 * and does not compile when a way is added and forgotten.
 */
export type CallerIdentity = Identity | SessionIdentity;

/** As whom the owner of a session calls. @param tags of the user */
export function principalOf(
  { account, user }: Pick<ConsoleSession, 'account' | 'user'>,
  tags?: TagValues,
): RootPrincipal | UserPrincipal {
  return user === undefined ? rootPrincipal(account.accountId) : userPrincipal(account.accountId, user, tags);
}

/** What the owner of a session may do: what its keys may, no more and no less. */
export async function permissionsOf(
  queries: Queries,
  services: Services,
  { account, user }: ConsoleSession,
): Promise<Credential['permissions']> {
  if (user === undefined) return 'everything';
  const policies = await readUserPolicies(queries, account.accountId, user, 'console-session');
  return services.permissions.of(account.accountId, policies);
}
