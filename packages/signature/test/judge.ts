import { isDeepStrictEqual } from 'node:util';
import {
  type KeySignature,
  parseSignature,
  SignatureError,
  type SignedRequest,
  verifySignature,
} from '../src/index.ts';
import { meaningOf } from './meaning.ts';
import { findKey, NOW } from './signed-requests.ts';

/**
 * What became of a changed request:
 * - `refused`: it said something else, or came at the wrong time, and was refused;
 * - `strictly refused`: it said the same in a way that is not allowed, a header twice for instance;
 * - `unsigned`: nothing is left in it that claims to be a signature;
 * - `same`: accepted, and it says what one of the signed requests says;
 * - `forged`: accepted, and it should not have been.
 */
export type Verdict = 'refused' | 'strictly refused' | 'unsigned' | 'same' | 'forged';

/**
 * Verifies a changed request as a server would, and compares what it says with the signed requests that it was made
 * from: by reading both with code of the tests' own and, when it was accepted, by what the package tells the server.
 *
 * @param now the verifier's clock; milliseconds since the epoch
 * @param signedAt timestamp of the signed requests; milliseconds since the epoch
 * @throws whatever the package throws that is no SignatureError
 */
export function judge(
  originals: readonly SignedRequest[],
  changed: SignedRequest,
  now: number = NOW,
  signedAt: number = NOW,
): Verdict {
  let accepted: ReturnType<typeof verify>;
  try {
    accepted = verify(changed, now);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return isAtTheRightTime(now, signedAt) &&
      originals.some((original) => saysTheSame(original, changed, true))
      ? 'strictly refused'
      : 'refused';
  }
  if (accepted === undefined) return 'unsigned';
  // Whoever gets an unverified body knows that it is not vouched for.
  const withBody = accepted.body === 'verified';
  const tells = whatServerSees(accepted.parsed);
  const isOriginal = (original: SignedRequest) =>
    saysTheSame(original, changed, withBody) &&
    isDeepStrictEqual(tells, whatServerSees(parseSignature(original) as KeySignature));
  return isAtTheRightTime(now, signedAt) && originals.some(isOriginal) ? 'same' : 'forged';
}

function isAtTheRightTime(now: number, signedAt: number): boolean {
  return Math.abs(now - signedAt) <= 900_000;
}

function saysTheSame(original: SignedRequest, changed: SignedRequest, withBody: boolean): boolean {
  const meaning = meaningOf(changed, withBody);
  return meaning !== undefined && meaning === meaningOf(original, withBody);
}

/** Parses, finds the key and verifies; undefined when the request is anonymous or has a bearer token. */
export function verify(request: SignedRequest, now: number) {
  const parsed = parseSignature(request);
  if (parsed.scheme === 'anonymous' || parsed.scheme === 'bearer') return undefined;
  const key = findKey(parsed.accessKeyId);
  if (key === undefined) throw new SignatureError('SignatureDoesNotMatch', 'no such key');
  return { parsed, body: verifySignature(request, parsed, key, { now }).body };
}

function whatServerSees(parsed: KeySignature) {
  const { scheme, accessKeyId, securityToken, nonce, timestamp, action, version, parameters, signature } =
    parsed;
  return { scheme, accessKeyId, securityToken, nonce, timestamp, action, version, parameters, signature };
}
