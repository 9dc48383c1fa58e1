import type { CredentialProblem, PermissionPolicy, TagValues } from '@claviger/guard';
import { readAccount } from '../accounts/account-directory.ts';
import type { Account } from '../context/account.ts';
import { readPermissions } from '../policies/permissions.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import type { Queries } from '../store/store.ts';
import { readTagValues } from '../tags/tag-values.ts';
import { readStsSession, type StsSession } from './read-sts-session.ts';
import { accountOfToken, openToken, type StsToken } from './sts-token.ts';

/** STS session of a token, as it stands now. */
export interface StsSessionOfToken extends StsSession {
  readonly account: Account;
  readonly token: StsToken;
  /** Policies of its role. */
  readonly policies: readonly PermissionPolicy[];
  /** Tags of its role. */
  readonly tags: TagValues | undefined;
}

/**
 * Returns the session of a temporary AccessKey and its token.
 * @param now milliseconds since the epoch
 * @returns the session, or the reason that it is refused
 */
export async function stsSessionOfToken(
  queries: Queries,
  secrets: SecretBox,
  accessKeyId: string,
  securityToken: string,
  now: number,
): Promise<StsSessionOfToken | CredentialProblem> {
  const accountId = accountOfToken(securityToken);
  if (accountId === undefined) return 'InvalidSecurityToken.Malformed';
  const account = await readAccount(queries, accountId);
  if (account === undefined) return 'InvalidSecurityToken.Malformed';
  const token = await openToken(secrets, account, accessKeyId, securityToken, now);
  if (typeof token === 'string') return token;
  const session = await readStsSession(queries, account, token, now);
  if (typeof session === 'string') return session;
  const policies = await readPermissions(queries, accountId, { type: 'role', id: session.role.role_id });
  const tags = await readTagValues(queries, accountId, 'role', session.role.role_id);
  return { ...session, account, token, policies, tags };
}
