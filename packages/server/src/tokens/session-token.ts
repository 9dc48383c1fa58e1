import type { Account } from '../context/account.ts';
import type { TokenIssuer } from '../revocation/token-issuer.ts';
import type { SealPlace } from '../secrets/sealed-columns.ts';
import { SecretUnreadable } from '../secrets/sealed-text.ts';
import type { SecretBox } from '../secrets/secret-box.ts';

/** What a SecurityToken says of its session. */
export interface SessionToken {
  /** Of the temporary AccessKey. */
  readonly secret: string;
  /** Milliseconds since the epoch, whole seconds. */
  readonly expiresAt: number;
  readonly issuedAt: number;
  readonly roleId: string;
  readonly sessionName: string;
  /** The text of the `Policy` parameter; undefined when the session may do all that its role may. */
  readonly sessionPolicy: string | undefined;
  readonly sourceIdentity: string | undefined;
  /** The caller of AssumeRole first; of a session that called, also everybody its own token names. */
  readonly issuers: readonly TokenIssuer[];
  /** Whether a second factor was shown in the console session at the beginning of the chain; absent in old tokens. */
  readonly mfaPresent?: boolean | undefined;
  /** Generations of what the session rests on, at its issue; absent in tokens of earlier releases. */
  readonly generations?: Readonly<Record<string, number>>;
}

/** Why a token is not accepted; codes of RAM. */
export type TokenProblem =
  | 'InvalidSecurityToken.Malformed'
  | 'InvalidSecurityToken.Expired'
  | 'InvalidSecurityToken.MismatchWithAccessKey';

// A token is self-contained, so that no table grows with the sessions. As bytes, in Base64 on the wire:
//   08 02 12    what `CAIS` stands for in Base64: clients know tokens by it
//   01          the version of this format
//   16 digits   the account, in clear, since its data key opens the rest
//   a length and as many characters: the way of sealing
//   the sealed session, bound to the temporary AccessKey id
const head = Buffer.from([0x08, 0x02, 0x12, 0x01]);
const accountIdAt = head.length;
const schemeLengthAt = accountIdAt + 16;

/** What the sealed text is bound to, so that no other ciphertext of the account opens as a session. */
const placeOf = (accessKeyId: string): SealPlace => ({
  purpose: 'session-token',
  id: accessKeyId,
  owner: '',
});

/**
 * The SecurityToken of a session.
 * @param account the role's
 * @param accessKeyId the temporary AccessKey that the token goes with, and with no other
 * @returns Base64 that begins with `CAIS`
 */
export async function issueToken(
  secrets: SecretBox,
  account: Pick<Account, 'accountId' | 'wrappedDataKey'>,
  accessKeyId: string,
  session: SessionToken,
): Promise<string> {
  const { accountId, wrappedDataKey } = account;
  const place = placeOf(accessKeyId);
  const sealed = await secrets.seal(accountId, wrappedDataKey, JSON.stringify(session), place);
  const dot = sealed.indexOf('.');
  return Buffer.concat([
    head,
    Buffer.from(accountId, 'latin1'),
    Buffer.from([dot]),
    Buffer.from(sealed.slice(0, dot), 'latin1'),
    Buffer.from(sealed.slice(dot + 1), 'base64url'),
  ]).toString('base64');
}

/** The account whose data key opens a token, or undefined for what is no token of this server. */
export function accountOfToken(token: string): string | undefined {
  return readToken(token)?.accountId;
}

/**
 * Opens a token.
 * @param account the one that `accountOfToken` names
 * @param accessKeyId the temporary AccessKey that the token came with
 * @param now milliseconds since the epoch
 * @returns the session, or why it is refused. A token that was altered does not open for its AccessKey, and is
 *   answered as one that belongs to another
 */
export async function openToken(
  secrets: SecretBox,
  account: Pick<Account, 'accountId' | 'wrappedDataKey'>,
  accessKeyId: string,
  token: string,
  now: number,
): Promise<SessionToken | TokenProblem> {
  const { accountId, wrappedDataKey } = account;
  const read = readToken(token);
  if (read === undefined || read.accountId !== accountId) return 'InvalidSecurityToken.Malformed';
  let session: SessionToken;
  try {
    // Tokens of servers before the second form of sealing, which last 12 hours, were bound to their key, too.
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
  // Base64 has several spellings for the same bytes; only the one that we write is accepted.
  if (bytes.length <= schemeLengthAt || bytes.toString('base64') !== token) return undefined;
  if (!bytes.subarray(0, accountIdAt).equals(head)) return undefined;
  const accountId = bytes.toString('latin1', accountIdAt, schemeLengthAt);
  if (!/^[0-9]{16}$/.test(accountId)) return undefined;
  const sealedAt = schemeLengthAt + 1 + bytes[schemeLengthAt]!;
  const scheme = bytes.toString('latin1', schemeLengthAt + 1, sealedAt);
  return { accountId, sealed: `${scheme}.${bytes.toString('base64url', sealedAt)}` };
}
