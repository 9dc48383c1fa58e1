import { findAccount } from '../../accounts/find-account.ts';
import { arn } from '../../context/arn.ts';
import {
  type Call,
  type ConsoleOperation,
  consoleOperation,
  type Operation,
  ownOperation,
} from '../../pipeline/operation.ts';
import { changeConsoleSession } from '../../session/console-session.ts';
import { principalOf } from '../../session/session-identity.ts';
import type { RoleReference } from '../../tokens/assume-trusting-role.ts';
import { switchRole } from '../../tokens/switch-role.ts';
import { instant } from '../../wire/instant.ts';
import { optional, text } from '../../wire/parameter.ts';
import { roleName } from '../ram/role-name.ts';
import { sessionIdentityOf, sessionOf } from './session.ts';
import { VERSION } from './version.ts';

interface Input {
  readonly RoleAccount: string | undefined;
  readonly RoleName: string;
}

/** Operation that switches a console session to a role. */
export const switchRoleOperations: readonly Operation[] = [
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SwitchRole',
    access: 'write',
    security: { effect: 'session' },
    sessionOnly: true,
    input: {
      /** Account of the role: its id or its alias; default: the user's own. */
      RoleAccount: optional(text({ max: 64, chars: /^[\w.-]+$/ })),
      RoleName: roleName,
    },
    answer: { RoleAccountId: 'string', RoleName: 'string', ExpiresAt: 'string' },
    async authorize(input, call) {
      // Refuses in a session that has switched already: what its user may do does not apply there.
      sessionIdentityOf(call);
      const { accountId, roleName: name } = await referenceOf(input, call);
      return [{ action: 'sts:AssumeRole', resource: arn.role(accountId, name) }];
    },
    async handle(input, call) {
      const { session } = sessionIdentityOf(call);
      const switched = await switchRole(call, session, await referenceOf(input, call));
      return {
        RoleAccountId: switched.accountId,
        RoleName: switched.roleName,
        ExpiresAt: instant(switched.expiresAt),
      };
    },
  }),
];

/** Operation by which a session that has switched to a role becomes that of its user again. */
export const switchBackOperations: readonly ConsoleOperation[] = [
  consoleOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SwitchBack',
    access: 'console',
    session: 'full',
    input: {},
    answer: {},
    prove: async (_, request) => ({ account: sessionOf(request).account }),
    async handle(_, __, request) {
      const session = sessionOf(request);
      const { switchedRole, row } = session;
      if (switchedRole !== undefined) request.touched('ACS::RAM::Role', switchedRole.roleName);
      await changeConsoleSession(request.queries, row.session_hash, { switched_role: null });
      return { answer: {}, actor: principalOf(session) };
    },
  }),
];

/** Returns the role of a request. An unknown account is kept as it is: it is refused like a role that trusts no one. */
async function referenceOf({ RoleAccount, RoleName }: Input, call: Call): Promise<RoleReference> {
  if (RoleAccount === undefined) return { accountId: call.account.accountId, roleName: RoleName };
  const account = await findAccount(call.queries, RoleAccount);
  return { accountId: account?.accountId ?? RoleAccount, roleName: RoleName };
}
