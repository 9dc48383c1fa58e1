import { hostname, userInfo } from 'node:os';
import { recordSystemEvents } from '../audit/system-event.ts';
import type { Scope } from '../context/scope.ts';
import type { Services } from '../context/services.ts';
import type { WriteTransaction } from '../store/store.ts';
import { operatorScope } from './create-account.ts';

/** Operator of the installation: the operating-system user who runs a command with direct access to the database. */
export interface Operator {
  /** Name of the effective user; `uid-1000` if the id has no name. */
  readonly userName: string;
  /** Numeric user id; -1 if the system has none. */
  readonly uid: number;
  /** `SUDO_USER` of the environment, unverified; `undefined` if absent. */
  readonly sudoUser: string | undefined;
  readonly host: string;
}

/**
 * Returns the operating-system user of this process.
 * @param environment such as `process.env`; `SUDO_USER` is read
 */
export function currentOperator(environment: Readonly<Record<string, string | undefined>>): Operator {
  const sudoUser = environment['SUDO_USER'];
  return {
    ...systemUser(),
    sudoUser: sudoUser === undefined || sudoUser === '' ? undefined : sudoUser.slice(0, 64),
    host: hostname(),
  };
}

/** Returns the effective user. In a container, its id often has no entry in the password file. */
function systemUser(): Pick<Operator, 'userName' | 'uid'> {
  try {
    const { username, uid } = userInfo();
    return { userName: username, uid };
  } catch {
    const uid = process.geteuid?.() ?? -1;
    return { userName: `uid-${uid}`, uid };
  }
}

/** Name and parameters of an operator's command in the audit log. */
export interface OperatorCommand {
  /** In the form of an operation name: `ResetRootPassword`. */
  readonly name: string;
  /** Parameters; never a secret. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Time of the command, ms since the epoch; default: the system's clock. */
  readonly now?: number;
}

/** Transaction of an operator's command. */
export interface OperatorChange {
  readonly transaction: WriteTransaction;
  /** ms since the epoch */
  readonly now: number;
  /**
   * Returns the scope in which the operator acts on an account, and adds the event to that account's audit log.
   * @throws Refusal EntityNotExist.Account
   */
  inAccount(accountId: string): Promise<Scope>;
}

/**
 * Runs a change of an operator's command in a transaction, together with its audit events: one for each account that
 * `work` enters with `inAccount`, or one without an account. Every command that changes the database must use this; a
 * test over all commands enforces it.
 *
 * @param work may be run again from its beginning
 * @throws Refusal, StoreUnavailable; then neither the change nor the event is written
 * @example
 *     await operatorChange(services, operator, { name: 'DisableAccount' }, async ({ transaction, inAccount, now }) => {
 *       await inAccount(accountId);
 *       await setAccountStatus(transaction, accountId, 'Disabled', now);
 *     });
 */
export function operatorChange<T>(
  services: Services,
  operator: Operator,
  command: OperatorCommand,
  work: (change: OperatorChange) => Promise<T>,
): Promise<T> {
  const now = command.now ?? Date.now();
  return services.store.write(async (transaction) => {
    const entered = new Map<string, [string, string][]>();
    const result = await work({
      transaction,
      now,
      async inAccount(accountId) {
        const scope = await operatorScope(services, transaction, accountId, now);
        const touched = entered.get(accountId) ?? [];
        entered.set(accountId, touched);
        return { ...scope, touched: (resourceType, name) => touched.push([resourceType, name]) };
      },
    });
    await recordOperatorCommand(services, transaction, operator, { ...command, now }, entered);
    return result;
  });
}

/**
 * Writes the audit events of an operator's command into an open transaction. `operatorChange` calls it.
 * @param accounts changed resources (type and name) by account; if empty, one event without an account is written
 */
export async function recordOperatorCommand(
  services: Services,
  { queries }: WriteTransaction,
  operator: Operator,
  { name, parameters, now = Date.now() }: OperatorCommand,
  accounts: ReadonlyMap<string, readonly (readonly [string, string])[]>,
): Promise<void> {
  const audited = accounts.size === 0 ? [['', []] as const] : [...accounts];
  await recordSystemEvents(
    services,
    queries,
    audited.map(([accountId, touched]) => ({
      type: 'OperatorCommand',
      name,
      accountId,
      time: now,
      actor: { type: 'operator', userName: `operator:${operator.userName}`, id: String(operator.uid) },
      parameters: parameters ?? {},
      touched,
      details: {
        OperatingSystemUser: operator.userName,
        SudoUser: operator.sudoUser,
        Host: operator.host,
      },
    })),
  );
}
