import { hostname, userInfo } from 'node:os';
import { recordSystemEvents } from '../audit/system-event.ts';
import type { Scope } from '../context/scope.ts';
import type { Services } from '../context/services.ts';
import type { WriteTransaction } from '../store/store.ts';
import { operatorScope } from './create-account.ts';

/** Who runs a command beside the database: a user of the operating system. */
export interface Operator {
  /** The name of the effective user, or `uid-1000` for one without a name. */
  readonly userName: string;
  /** The numeric user id; -1 where the system has none. */
  readonly uid: number;
  /** `SUDO_USER`, which the environment claims; undefined without it. */
  readonly sudoUser: string | undefined;
  readonly host: string;
}

/**
 * Returns the operating-system user of this process.
 * @param environment such as `process.env`; its `SUDO_USER` is noted
 */
export function currentOperator(environment: Readonly<Record<string, string | undefined>>): Operator {
  const sudoUser = environment['SUDO_USER'];
  return {
    ...systemUser(),
    sudoUser: sudoUser === undefined || sudoUser === '' ? undefined : sudoUser.slice(0, 64),
    host: hostname(),
  };
}

/** In a container, the user often has an id and no entry in the password file. */
function systemUser(): Pick<Operator, 'userName' | 'uid'> {
  try {
    const { username, uid } = userInfo();
    return { userName: username, uid };
  } catch {
    const uid = process.geteuid?.() ?? -1;
    return { userName: `uid-${uid}`, uid };
  }
}

/** What an operator's command is called in the audit log, and what it was given. */
export interface OperatorCommand {
  /** In the form of an operation's name: `ResetRootPassword`. */
  readonly name: string;
  /** What it was given; never a secret. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; the system's clock unless told. */
  readonly now?: number;
}

/** An operator's change under way. */
export interface OperatorChange {
  readonly transaction: WriteTransaction;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /**
   * Returns the scope in which the operator acts on an account, and lets that account's audit log have the event.
   * @throws Refusal EntityNotExist.Account
   */
  inAccount(accountId: string): Promise<Scope>;
}

/**
 * Changes the database for an operator's command, together with its audit events: one in each account that `work`
 * enters with `inAccount`, or one without an account when it enters none. Every command that changes the database
 * goes through here; a test over all commands fails for one that does not.
 *
 * @param work may run again, from its beginning
 * @throws Refusal, StoreUnavailable; then neither the change nor the event is written
 * @example
 *   await operatorChange(services, operator, { name: 'DisableAccount' }, async ({ transaction, inAccount, now }) => {
 *     await inAccount(accountId);
 *     await setAccountStatus(transaction, accountId, 'Disabled', now);
 *   });
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
 * Writes the events of an operator's command in a transaction that is under way; `operatorChange` does it for its own.
 * @param accounts what was changed in each account that is concerned, as resource type and name; none: one event
 *   without an account
 */
export async function recordOperatorCommand(
  services: Services,
  { queries }: WriteTransaction,
  operator: Operator,
  { name, parameters, now = Date.now() }: OperatorCommand,
  accounts: ReadonlyMap<string, readonly (readonly [string, string])[]>,
): Promise<void> {
  const concerned = accounts.size === 0 ? [['', []] as const] : [...accounts];
  await recordSystemEvents(
    services,
    queries,
    concerned.map(([accountId, touched]) => ({
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
