import { createAccessKey, type NewAccessKey } from '../access-keys/access-key.ts';
import type { Account } from '../context/account.ts';
import type { Scope } from '../context/scope.ts';
import type { Services } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import { endSessionsOfAccount } from '../revocation/end-console-sessions.ts';
import { endRoleSessions } from '../revocation/role-session-generation.ts';
import type { AccountRow } from '../store/schema.ts';
import type { WriteTransaction } from '../store/store.ts';
import { createUser } from '../users/user.ts';
import { Secret } from '../wire/secret.ts';
import { accountOf, readAccount } from './account-directory.ts';

/** A new account. The root password is available only here. */
export interface NewAccount {
  readonly account: Account;
  readonly rootLoginName: string;
  /** Must be changed at the first sign-in. */
  readonly rootPassword: Secret;
}

/** Domain suffix of every default domain, as in RAM. */
export const DOMAIN_SUFFIX = '.onaliyun.com';

/** One-time password and its hash. Hashing is slow by design, so it is done before the transaction. */
export interface OneTimePassword {
  readonly password: string;
  readonly hash: string;
}

/** Generates and hashes a password for a first sign-in. */
export async function createOneTimePassword(services: Services): Promise<OneTimePassword> {
  const password = services.identifiers.oneTimePassword();
  return {
    password,
    hash: await services.passwordHashing.hash({ account: '', source: 'operator' }, password),
  };
}

/**
 * Creates an empty account with a root sign-in.
 * @param accountName name for the operator, 1 to 64 characters
 * @param rootPassword for the first sign-in
 * @param now ms since the epoch
 */
export async function createAccount(
  services: Services,
  transaction: WriteTransaction,
  accountName: string,
  rootPassword: OneTimePassword,
  now: number,
): Promise<NewAccount> {
  const { identifiers, secrets } = services;
  const accountId = identifiers.accountId();
  const row: AccountRow = {
    account_id: accountId,
    account_name: accountName,
    default_domain: `${accountId}${DOMAIN_SUFFIX}`,
    status: 'Active',
    wrapped_data_key: await secrets.createDataKey(accountId),
    root_login_name: `root@${accountId}${DOMAIN_SUFFIX}`,
    root_password_hash: rootPassword.hash,
    root_password_must_change: 1,
    created_at: now,
  };
  await transaction.queries.insertInto('accounts').values(row).execute();
  transaction.changed({ accountId, topic: 'account', subject: accountId });
  return {
    account: accountOf(row),
    rootLoginName: row.root_login_name,
    rootPassword: new Secret(rootPassword.password),
  };
}

/**
 * System policy of a new account's administrator. AliyunRAMFullAccess lacks `sts:AssumeRole`, ActionTrail and Claviger's
 * own actions, and protects nothing in exchange: it lets its holder attach AdministratorAccess to itself. What guards
 * replicate needs a policy that names it exactly (`exact-name-actions.ts`), and the root's own credentials the root.
 */
export const ADMINISTRATOR_POLICY = 'AdministratorAccess';

/** A new account with an administrator, as answered once to its owner. */
export interface AdministeredAccount {
  readonly accountId: string;
  readonly rootLoginName: string;
  /** Must be changed at the first sign-in. */
  readonly rootPassword: Secret;
  readonly userPrincipalName: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
}

/**
 * Creates an account with an administrator that has one AccessKey.
 * @param accountName name for the operator, 1 to 64 characters
 * @param rootPassword for the first sign-in
 * @param now ms since the epoch
 */
export async function createAdministeredAccount(
  services: Services,
  transaction: WriteTransaction,
  accountName: string,
  rootPassword: OneTimePassword,
  now: number,
): Promise<AdministeredAccount> {
  const created = await createAccount(services, transaction, accountName, rootPassword, now);
  const { accountId } = created.account;
  const scope = await operatorScope(services, transaction, accountId, now);
  const { userPrincipalName, accessKey } = await createAdministrator(scope, 'administrator');
  return {
    accountId,
    rootLoginName: created.rootLoginName,
    rootPassword: created.rootPassword,
    userPrincipalName,
    accessKeyId: accessKey.row.access_key_id,
    accessKeySecret: accessKey.secret,
  };
}

/** Records the resources of a new account in the audit event. */
export function touchNewAccount(scope: Scope, created: AdministeredAccount): void {
  scope.touched('ACS::RAM::Account', created.accountId);
  scope.touched('ACS::RAM::User', created.userPrincipalName);
  scope.touched('ACS::RAM::AccessKey', created.accessKeyId);
}

/** Returns all accounts in the order of their creation. */
export async function listAccounts(services: Services): Promise<Account[]> {
  const rows = await services.store.queries
    .selectFrom('accounts')
    .selectAll()
    .orderBy('created_at')
    .orderBy('account_id')
    .execute();
  return rows.map(accountOf);
}

/**
 * Enables or disables an account. While it is disabled, its keys and tokens are refused. Its sessions end for good.
 * @param now ms since the epoch
 * @throws Refusal EntityNotExist.Account
 */
export async function setAccountStatus(
  transaction: WriteTransaction,
  accountId: string,
  status: 'Active' | 'Disabled',
  now: number,
): Promise<void> {
  await requireAccount(transaction, accountId);
  await transaction.queries
    .updateTable('accounts')
    .set({ status })
    .where('account_id', '=', accountId)
    .execute();
  if (status === 'Disabled') {
    await endSessionsOfAccount(transaction.queries, accountId);
    await endRoleSessions(transaction.queries, accountId, `account:${accountId}`, now);
  }
  transaction.changed({ accountId, topic: 'account', subject: accountId });
}

/**
 * Returns the scope in which the operator, who needs no permission, acts on an account.
 * @throws Refusal EntityNotExist.Account
 */
export async function operatorScope(
  services: Services,
  transaction: WriteTransaction,
  accountId: string,
  now: number,
): Promise<Scope> {
  const account = await requireAccount(transaction, accountId);
  return {
    now,
    account,
    queries: transaction.queries,
    services,
    changed: (topic, subject) => transaction.changed({ accountId, topic, subject }),
    touched: () => {},
    // Operator commands have no answer that could carry a warning.
    warn: () => {},
  };
}

/** Creates a RAM user with `ADMINISTRATOR_POLICY` and one AccessKey. */
async function createAdministrator(
  scope: Scope,
  userName: string,
): Promise<{ readonly userPrincipalName: string; readonly accessKey: NewAccessKey }> {
  const user = await createUser(scope, {
    userName,
    displayName: userName,
    comments: 'Created with the account, to administer it.',
    email: '',
    mobilePhone: '',
  });
  await scope.queries
    .insertInto('policy_attachments')
    .values({
      account_id: scope.account.accountId,
      principal_type: 'user',
      principal_id: user.user_id,
      policy_type: 'System',
      policy_name_key: ADMINISTRATOR_POLICY.toLowerCase(),
      stand_in_name: null,
      attached_at: scope.now,
    })
    .execute();
  scope.changed('user', user.user_id);
  const accessKey = await createAccessKey(scope, { type: 'user', id: user.user_id, name: userName });
  return { userPrincipalName: `${userName}@${scope.account.defaultDomain}`, accessKey };
}

async function requireAccount(transaction: WriteTransaction, accountId: string): Promise<Account> {
  const account = await readAccount(transaction.queries, accountId);
  if (account === undefined) throw new Refusal('EntityNotExist.Account', { name: accountId });
  return account;
}
