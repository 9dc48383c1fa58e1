import type { Credential, RolePrincipal, RootPrincipal, TagValues, UserPrincipal } from '@claviger/guard';
import type { Identity } from '@claviger/guard/internal';
import { rootPrincipal, userPrincipal } from '../accounts/principal.ts';
import type { Services } from '../context/services.ts';
import { readUserPolicies } from '../policies/user-policies.ts';
import type { Queries } from '../store/store.ts';
import type { ConsoleSession } from './console-session.ts';
import type { ConsoleSite } from './console-site.ts';

/** Identity of a request that is authenticated by a console session instead of a signature. */
export interface SessionIdentity {
  /** Discriminates from an identity proven by a signature. */
  readonly by: 'session';
  readonly session: ConsoleSession;
  readonly site: ConsoleSite;
  readonly csrfToken: string;
  /** The owner of the session, or the role that it has switched to. */
  readonly principal: RootPrincipal | UserPrincipal | RolePrincipal;
  /** Whether the role session has ended: then nothing is allowed until the session is switched back. */
  readonly isRoleEnded: boolean;
  readonly credential: Pick<Credential, 'permissions' | 'sessionPolicy'>;
  readonly mfaPresent: boolean;
  readonly sourceAddress: string;
  /** Named network that contains the address. */
  readonly vpcId?: string | undefined;
  readonly secure: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Identity of a caller. Closed: code that depends on the kind of authentication switches over `by`, and does not
 * compile if a kind is added and forgotten.
 */
export type CallerIdentity = Identity | SessionIdentity;

/** Returns the owner of a console session as a principal. @param tags of the user */
export function principalOf(
  { account, user }: Pick<ConsoleSession, 'account' | 'user'>,
  tags?: TagValues,
): RootPrincipal | UserPrincipal {
  return user === undefined ? rootPrincipal(account.accountId) : userPrincipal(account.accountId, user, tags);
}

/** Returns the permissions of the owner of a console session: those of its AccessKeys. */
export async function permissionsOf(
  queries: Queries,
  services: Services,
  { account, user }: ConsoleSession,
): Promise<Credential['permissions']> {
  if (user === undefined) return 'everything';
  const policies = await readUserPolicies(queries, account.accountId, user, 'console-session');
  return services.permissions.of(account.accountId, policies);
}
