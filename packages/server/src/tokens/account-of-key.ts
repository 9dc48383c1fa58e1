import type { ParsedSignature } from '@claviger/signature';
import type { Services } from '../context/services.ts';
import { GUARD_KEY_PREFIX } from '../store/identifiers.ts';
import { accountOfToken, openToken } from './sts-token.ts';

/**
 * Returns the account of the key that a request names, whether or not the signature is valid: for the audit record of
 * a refusal, which belongs to the owner of the key. Disabled, expired and recycled keys have an owner as well; a
 * temporary key has one if the token beside it opens, expired or not.
 * @returns the account id; empty for an unknown key
 * @throws StoreUnavailable
 */
export async function accountOfKey(
  { store, accounts, secrets }: Pick<Services, 'store' | 'accounts' | 'secrets'>,
  signature: ParsedSignature | undefined,
): Promise<string> {
  if (signature === undefined || signature.scheme === 'anonymous' || signature.scheme === 'bearer') return '';
  const { accessKeyId, securityToken = '' } = signature;
  if (!accessKeyId.startsWith('STS.')) {
    const key = await store.queries
      .selectFrom(accessKeyId.startsWith(GUARD_KEY_PREFIX) ? 'guards' : 'access_keys')
      .select('account_id')
      .where('access_key_id', '=', accessKeyId)
      .executeTakeFirst();
    return key?.account_id ?? '';
  }
  const account = await accounts.get(accountOfToken(securityToken) ?? '');
  if (account === undefined) return '';
  // Opened as of the epoch, at which no token has expired.
  const session = await openToken(secrets, account, accessKeyId, securityToken, 0);
  return typeof session === 'string' ? '' : account.accountId;
}
