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
  const accepted = verdictOf(changed, now);
  if (accepted === 'refused') {
    return isAtTheRightTime(now, signedAt) &&
      originals.some((original) => saysTheSame(original, changed, true))
      ? 'strictly refused'
      : 'refused';
  }
  if (accepted === undefined) return 'unsigned';
  return isOneOf(originals, changed, accepted) && isAtTheRightTime(now, signedAt) ? 'same' : 'forged';
}

/**
 * Returns whether a changed request is accepted and should not have been, as `judge` does. Reads the meaning only of
 * accepted requests, which are few.
 * @throws whatever the package throws that is no SignatureError
 */
export function isForged(originals: readonly SignedRequest[], changed: SignedRequest, now: number): boolean {
  const accepted = verdictOf(changed, now);
  return accepted !== 'refused' && accepted !== undefined && !isOneOf(originals, changed, accepted);
}

/** What was verified, `refused`, or undefined when the request has no signature. */
function verdictOf(request: SignedRequest, now: number): ReturnType<typeof verify> | 'refused' {
  try {
    return verify(request, now);
  } catch (error) {
    if (error instanceof SignatureError) return 'refused';
    throw error;
  }
}

/** Whether an accepted request says what one of the originals says. */
function isOneOf(
  originals: readonly SignedRequest[],
  changed: SignedRequest,
  accepted: NonNullable<ReturnType<typeof verify>>,
): boolean {
  // The server is told whether the body is verified, and may not rely on one that is not.
  const withBody = accepted.body === 'verified';
  const tells = whatServerSees(accepted.parsed);
  return originals.some(
    (original) =>
      saysTheSame(original, changed, withBody) &&
      isDeepStrictEqual(tells, whatServerSees(parseSignature(original) as KeySignature)),
  );
}

function isAtTheRightTime(now: number, signedAt: number): boolean {
  return Math.abs(now - signedAt) <= 900_000;
}

function saysTheSame(original: SignedRequest, changed: SignedRequest, withBody: boolean): boolean {
  const meaning = meaningOf(changed, withBody);
  return meaning !== undefined && meaning === meaningOfOriginal(original, withBody);
}

const originalMeanings = {
  true: new WeakMap<SignedRequest, string>(),
  false: new WeakMap<SignedRequest, string>(),
};

/** Returns the meaning of an unchanged request; cached, since many changed ones are compared with each. */
function meaningOfOriginal(original: SignedRequest, withBody: boolean): string | undefined {
  const known = originalMeanings[`${withBody}`];
  let meaning = known.get(original);
  if (meaning === undefined) {
    meaning = meaningOf(original, withBody);
    if (meaning !== undefined) known.set(original, meaning);
  }
  return meaning;
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
