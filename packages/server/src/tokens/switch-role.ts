import { assumedRolePrincipal } from '@claviger/guard';
import { readAccount } from '../accounts/account-directory.ts';
import type { Account } from '../context/account.ts';
import { identityArn } from '../context/arn.ts';
import type { Services } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import { readPermissions } from '../policies/permissions.ts';
import { readGenerations, subjectsOf } from '../revocation/role-session-generation.ts';
import type { TokenIssuer } from '../revocation/token-issuer.ts';
import { type ConsoleSession, changeConsoleSession } from '../session/console-session.ts';
import type { ReadSwitchedRole } from '../session/switched-role.ts';
import type { SwitchedRole } from '../session/switched-role-record.ts';
import type { RoleRow } from '../store/schema.ts';
import { readTagValues } from '../tags/tag-values.ts';
import { type AssumeRoleContext, type RoleReference, requireTrustingRole } from './assume-trusting-role.ts';
import { readStsSession } from './read-sts-session.ts';
import type { StsToken } from './sts-token.ts';

/**
 * Switches the console session of a user to a role, whose permissions it has from then on instead of the user's. The
 * user's own policies have to allow it, the role has to trust the user as for `AssumeRole`, and to be open for the
 * console. Such a session has no session policy, and keeps whether a second factor was shown.
 *
 * It ends with the console session, and with all that ends a session of the role that was opened in it.
 *
 * @throws Refusal NoPermission, EntityNotExist.Role in the user's own account, Forbidden.RoleConsoleLogin
 */
export async function switchRole(
  call: AssumeRoleContext,
  session: ConsoleSession,
  asked: RoleReference,
): Promise<SwitchedRole> {
  const { user } = session;
  if (user === undefined) throw new Refusal('NoPermission.Root');
  const roleArn = identityArn.role(asked.accountId, asked.roleName);
  const { account, role } = await requireTrustingRole(call, {
    role: asked,
    roleArn,
    sessionName: user.user_name,
    durationSeconds: undefined,
    sessionPolicy: undefined,
    sourceIdentity: undefined,
    conditions: new Map(),
  });
  if (!isOpenForConsole(role)) throw new Refusal('Forbidden.RoleConsoleLogin', { name: role.role_name });
  const issuers = [issuerOf(session)];
  const switched: SwitchedRole = {
    accountId: account.accountId,
    roleId: role.role_id,
    roleName: role.role_name,
    sessionName: user.user_name,
    switchedAt: call.now,
    expiresAt: Math.min(session.expiresAt, call.now + role.max_session_seconds * 1000),
    generations: await readGenerations(call.queries, subjectsOf(account.accountId, role.role_id, issuers)),
  };
  if ((await readRole(call.queries, account, session, switched, call.now)) === undefined) {
    throw new Refusal('NotSignedIn');
  }
  await changeConsoleSession(call.queries, session.row.session_hash, {
    switched_role: JSON.stringify(switched),
  });
  call.touched('ACS::RAM::Role', role.role_name);
  return switched;
}

/** Returns the reader of the role sessions of the console. */
export function switchedRoleReader({ permissions }: Pick<Services, 'permissions'>): ReadSwitchedRole {
  return async (queries, session, switched, now) => {
    const { accountId, roleId, sessionName } = switched;
    const account = await readAccount(queries, accountId);
    if (account?.status !== 'Active') return undefined;
    const role = await readRole(queries, account, session, switched, now);
    if (role === undefined) return undefined;
    const policies = await readPermissions(queries, accountId, { type: 'role', id: roleId });
    const tags = await readTagValues(queries, accountId, 'role', roleId);
    return {
      principal: assumedRolePrincipal(accountId, roleId, role.role_name, sessionName, tags),
      permissions: permissions.of(accountId, policies),
    };
  };
}

/** Returns the role of a session; `undefined` if the session has ended, or the role is closed for the console. */
async function readRole(
  queries: Parameters<ReadSwitchedRole>[0],
  account: Account,
  session: ConsoleSession,
  { roleId, sessionName, switchedAt, expiresAt, generations }: SwitchedRole,
  now: number,
): Promise<RoleRow | undefined> {
  if (expiresAt <= now || session.user === undefined) return undefined;
  // What a token of the same session would say; without a key, since the browser's session authenticates.
  const token: StsToken = {
    secret: '',
    expiresAt,
    issuedAt: switchedAt,
    roleId,
    sessionName,
    sessionPolicy: undefined,
    sourceIdentity: undefined,
    issuers: [issuerOf(session)],
    mfaPresent: session.row.second_factor_shown === 1,
    generations,
  };
  const opened = await readStsSession(queries, account, token, now);
  return typeof opened !== 'string' && isOpenForConsole(opened.role) ? opened.role : undefined;
}

function isOpenForConsole(role: RoleRow): boolean {
  return Number(role.allow_console_login) === 1;
}

function issuerOf({ account, owner, row }: ConsoleSession): TokenIssuer {
  const { accountId } = account;
  return { type: 'console-session', accountId, userId: owner.id, sessionId: row.session_id };
}
