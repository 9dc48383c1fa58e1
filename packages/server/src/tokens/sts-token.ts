import type { Account } from '../context/account.ts';
import type { TokenIssuer } from '../revocation/token-issuer.ts';
import type { SealPlace } from '../secrets/sealed-columns.ts';
import { SecretUnreadable } from '../secrets/sealed-text.ts';
import type { SecretBox } from '../secrets/secret-box.ts';

/** Content of a SecurityToken. */
export interface StsToken {
  /** Secret of the temporary AccessKey. */
  readonly secret: string;
  /** Milliseconds since the epoch, whole seconds. */
  readonly expiresAt: number;
  readonly issuedAt: number;
  readonly roleId: string;
  readonly sessionName: string;
  /** Text of the `Policy` parameter; `undefined` if the session has all permissions of its role. */
  readonly sessionPolicy: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** Caller of AssumeRole first; for a chained session, also every issuer in its own token. */
  readonly issuers: readonly TokenIssuer[];
  /** Whether a second factor was used in the console session at the beginning of the chain; absent in old tokens. */
  readonly mfaPresent?: boolean | undefined;
  /** Generations of the session's dependencies when it was issued; absent in tokens of earlier releases. */
  readonly generations?: Readonly<Record<string, number>>;
}

/** Reason that a token is refused; codes of RAM. */
export type TokenProblem =
  | 'InvalidSecurityToken.Malformed'
  | 'InvalidSecurityToken.Expired'
  | 'InvalidSecurityToken.MismatchWithAccessKey';

// A token is self-contained, so that no table grows with the sessions. Its bytes, in Base64 on the wire:
//   08 02 12    `CAIS` in Base64: clients recognise tokens by it
//   01          version of this format
//   16 digits   account, in clear, since its data key opens the rest
//   a length and as many characters: the sealing scheme
//   the sealed session, bound to the temporary AccessKey id
const TOKEN_HEAD = Buffer.from([0x08, 0x02, 0x12, 0x01]);
const ACCOUNT_ID_AT = TOKEN_HEAD.length;
const SCHEME_LENGTH_AT = ACCOUNT_ID_AT + 16;

/** Binding of the sealed text, so that no other ciphertext of the account opens as a session. */
const placeOf = (accessKeyId: string): SealPlace => ({
  purpose: 'session-token',
  id: accessKeyId,
  owner: '',
});

/**
 * Issues the SecurityToken of a session.
 * @param account of the role
 * @param accessKeyId temporary AccessKey that the token is bound to
 * @returns Base64 that begins with `CAIS`
 */
export async function issueToken(
  secrets: SecretBox,
  account: Pick<Account, 'accountId' | 'wrappedDataKey'>,
  accessKeyId: string,
  session: StsToken,
): Promise<string> {
  const { accountId, wrappedDataKey } = account;
  const place = placeOf(accessKeyId);
  const sealed = await secrets.seal(accountId, wrappedDataKey, JSON.stringify(session), place);
  const dot = sealed.indexOf('.');
  return Buffer.concat([
    TOKEN_HEAD,
    Buffer.from(accountId, 'latin1'),
    Buffer.from([dot]),
    Buffer.from(sealed.slice(0, dot), 'latin1'),
    Buffer.from(sealed.slice(dot + 1), 'base64url'),
  ]).toString('base64');
}

/** Returns the account whose data key opens a token; `undefined` if it is not a token of this server. */
export function accountOfToken(token: string): string | undefined {
  return readToken(token)?.accountId;
}

/**
 * Opens a token.
 * @param account the one that `accountOfToken` returns
 * @param accessKeyId temporary AccessKey that the token was sent with
 * @param now milliseconds since the epoch
 * @returns the session, or the reason that it is refused. A token that was altered does not open for its AccessKey,
 * and is answered as one that belongs to another
 */
export async function openToken(
  secrets: SecretBox,
  account: Pick<Account, 'accountId' | 'wrappedDataKey'>,
  accessKeyId: string,
  token: string,
  now: number,
): Promise<StsToken | TokenProblem> {
  const { accountId, wrappedDataKey } = account;
  const read = readToken(token);
  if (read === undefined || read.accountId !== accountId) return 'InvalidSecurityToken.Malformed';
  let session: StsToken;
  try {
    // Tokens of the first form, from earlier releases, last 12 hours and were bound to their key, too.
    const text = secrets.isFirstForm(read.sealed)
      ? secrets.openFirstForm(accountId, wrappedDataKey, read.sealed, `session-token ${accessKeyId}`)
      : secrets.open(accountId, wrappedDataKey, read.sealed, placeOf(accessKeyId));
    session = JSON.parse(await text);
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    return 'InvalidSecurityToken.MismatchWithAccessKey';
  }
  return session.expiresAt <= now ? 'InvalidSecurityToken.Expired' : session;
}

function readToken(token: string): { readonly accountId: string; readonly sealed: string } | undefined {
  const bytes = Buffer.from(token, 'base64');
  // Base64 has several encodings of the same bytes; only the canonical one is accepted.
  if (bytes.length <= SCHEME_LENGTH_AT || bytes.toString('base64') !== token) return undefined;
  if (!bytes.subarray(0, ACCOUNT_ID_AT).equals(TOKEN_HEAD)) return undefined;
  const accountId = bytes.toString('latin1', ACCOUNT_ID_AT, SCHEME_LENGTH_AT);
  if (!/^[0-9]{16}$/.test(accountId)) return undefined;
  const sealedAt = SCHEME_LENGTH_AT + 1 + bytes[SCHEME_LENGTH_AT]!;
  const scheme = bytes.toString('latin1', SCHEME_LENGTH_AT + 1, sealedAt);
  return { accountId, sealed: `${scheme}.${bytes.toString('base64url', sealedAt)}` };
}
