import type { Queries } from '../store/store.ts';
import { keyIdOf, MasterKeyUnavailable } from './master-key.ts';
import { SecretUnreadable } from './sealed-text.ts';
import type { SecretBox } from './secret-box.ts';

/** Accounts that are looked at: enough to meet every master key in use, also within a rotation. */
const ACCOUNTS_CHECKED = 1000;

/** Ids of the master keys that have wrapped data keys of this database. */
export interface MasterKeysInUse {
  /** Those that are here. */
  readonly known: readonly string[];
  /** Those that are not, or whose data key was changed. */
  readonly unknown: readonly string[];
}

/**
 * Finds out which of the master keys in use are here. The wrapped data keys of the accounts are the sealed check values: one
 * account of each master key is opened.
 * @throws MasterKeyUnavailable if the key service does not answer
 */
export async function masterKeysInUse(queries: Queries, secrets: SecretBox): Promise<MasterKeysInUse> {
  const accounts = await queries
    .selectFrom('accounts')
    .select(['account_id', 'wrapped_data_key'])
    .orderBy('account_id')
    .limit(ACCOUNTS_CHECKED)
    .execute();
  const known = new Set<string>();
  const unknown = new Set<string>();
  for (const { account_id: accountId, wrapped_data_key: wrapped } of accounts) {
    const keyId = keyIdOf(wrapped) ?? 'unknown';
    if (known.has(keyId)) continue;
    try {
      await secrets.openDataKey(accountId, wrapped);
      known.add(keyId);
      unknown.delete(keyId);
    } catch (error) {
      if (!(error instanceof SecretUnreadable)) throw error;
      unknown.add(keyId);
    }
  }
  return { known: [...known], unknown: [...unknown] };
}

/**
 * Asserts, before anything is written, that the master key is that of the database: with another one, what is created would be
 * unreadable beside the rest. A key service that does not answer is logged only: it may answer later.
 * @throws MasterKeyUnavailable if no data key opens
 */
export async function assertMasterKeyOpens(
  queries: Queries,
  secrets: SecretBox,
  log: (message: string) => void,
): Promise<void> {
  let keys: MasterKeysInUse;
  try {
    keys = await masterKeysInUse(queries, secrets);
  } catch (error) {
    if (!(error instanceof MasterKeyUnavailable)) throw error;
    log(`the master key could not be checked: ${error.message}`);
    return;
  }
  const { known, unknown } = keys;
  if (unknown.length === 0) return;
  const names = unknown.join(', ');
  if (known.length > 0) {
    log(
      `some accounts were sealed with another master key (${names}), and their secrets do not open: add that key`,
    );
    return;
  }
  throw new MasterKeyUnavailable(
    `wrong master key ${secrets.masterKeyId}: this database was sealed with ${names}; nothing was changed: use that key, such as master.key from its backup`,
  );
}
