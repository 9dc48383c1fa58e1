import { parseStrictJson } from '@claviger/policy';
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { Refusal } from '../errors/refusal.ts';
import { DocumentUnavailable } from './fetch-document.ts';
import type { Issuer, IssuerKeySet, IssuerKeys } from './issuer-keys.ts';

/** What tokens of a provider have to be like. */
export interface OidcExpectation extends Issuer {
  /** A token is for one of them. */
  readonly clientIds: readonly string[];
  /** How long ago it may have been issued. */
  readonly issuanceLimitHours: number;
}

/** What a believed token says. */
export interface OidcToken {
  readonly issuer: string;
  readonly subject: string;
  /** Those of its audiences that are client ids of the provider; at least one. */
  readonly clientIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Signatures with a public key; a secret that two share is none. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** By how much an issuer's clock may be ahead of ours. What has ended by our clock has ended. */
const clockSkewSeconds = 60;

/** Kubernetes' longest names of service accounts have some 340 characters. */
const subjectLength = 1024;

/** The end of the year 9999, in seconds: what is later cannot be written down. */
const endOfTime = 253_402_300_800;

const invalid = (reason: string) => new Refusal('AuthenticationFail.OIDCToken.Invalid', { reason });
const expired = (reason: string) => new Refusal('AuthenticationFail.OIDCToken.Expired', { reason });

/**
 * What is told of every token that no provider has vouched for: a stranger does not learn whether there is such an
 * account, such a provider, and who its issuer is.
 */
export const notVouchedFor = () => invalid('no such provider vouches for it');

/**
 * Verifies an OpenID Connect token: its issuer's signature, issuer, audience and times. The same token may be shown
 * again until it ends, as those do that run in a container and find theirs in a file.
 * @param token a JSON Web Token
 * @param now milliseconds since the epoch
 * @throws Refusal AuthenticationFail.OIDCToken.Invalid, AuthenticationFail.OIDCToken.Expired
 */
export async function verifyOidcToken(
  token: string,
  expected: OidcExpectation,
  issuerKeys: IssuerKeys,
  now: number,
): Promise<OidcToken> {
  // Not believed yet; nobody is asked about a token that says itself that it is another's.
  if (issuerOf(token) !== expected.issuerUrl) throw notVouchedFor();
  if (!isStrictJson(token)) throw notVouchedFor();
  const known = await issuerKeys.find(expected, now);
  let payload: JWTPayload;
  try {
    payload = await verifyWith(known, token, expected, now);
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw refusalOf(error);
    const newer = await issuerKeys.findNewer(expected, known, now);
    try {
      payload = await verifyWith(newer, token, expected, now);
    } catch (again) {
      throw refusalOf(again);
    }
  }
  const { iss = '', aud = [], iat = 0, exp = 0 } = payload;
  if (exp * 1000 <= now) throw expired('it has ended');
  if (!(exp < endOfTime)) throw invalid('it ends too late');
  assertAuthorizedParty(payload, expected);
  if (iat * 1000 + expected.issuanceLimitHours * 3_600_000 < now) throw expired('it was issued too long ago');
  return {
    issuer: iss,
    subject: subjectOf(payload),
    clientIds: [aud].flat().filter((audience) => expected.clientIds.includes(audience)),
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
  };
}

/**
 * Refuses a token that was issued to another client of the issuer: that client may be anybody's.
 * @see OpenID Connect Core 1.0, 3.1.3.7 rules 4 and 5
 */
function assertAuthorizedParty({ azp }: JWTPayload, { clientIds }: OidcExpectation): void {
  const known = azp === undefined || (typeof azp === 'string' && clientIds.includes(azp));
  if (!known) throw invalid('its azp is no client ID of the provider');
}

/** Whether header and claims are JSON in which no name stands twice (RFC 7515 section 4, RFC 7519 section 4). */
function isStrictJson(token: string): boolean {
  const [header = '', claims = ''] = token.split('.');
  return [header, claims].every((part) => {
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url'));
      return parseStrictJson(text).ok;
    } catch {
      return false;
    }
  });
}

/** Whom the token is about: a text, by its type and by what it holds. */
function subjectOf({ sub }: JWTPayload): string {
  const text: unknown = sub;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (typeof text !== 'string' || text === '' || /[\u0000-\u001f\u007f]/.test(text)) {
    throw invalid('it has no subject');
  }
  if (text.length > subjectLength) throw invalid(`its subject has more than ${subjectLength} characters`);
  return text;
}

function issuerOf(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw notVouchedFor();
  }
}

async function verifyWith(
  { keys }: IssuerKeySet,
  token: string,
  expected: OidcExpectation,
  now: number,
): Promise<JWTPayload> {
  if (keys instanceof DocumentUnavailable) throw notVouchedFor();
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    algorithms,
    issuer: expected.issuerUrl,
    audience: [...expected.clientIds],
    requiredClaims: ['sub', 'exp', 'iat'],
    currentDate: new Date(now),
    clockTolerance: clockSkewSeconds,
    maxTokenAge: expected.issuanceLimitHours * 3600,
  });
  // Issuers sign other things too, with the same keys: access tokens, logout tokens, security events.
  const { typ } = protectedHeader;
  if (typ !== undefined && !/^(?:application\/)?jwt$/i.test(typ)) throw invalid('it is no ID token');
  if ('events' in payload) throw invalid('it is no ID token');
  return payload;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof errors.JWTExpired) {
    return expired(error.claim === 'iat' ? 'it was issued too long ago' : 'it has ended');
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' && error.reason === 'check_failed') return expired('it begins later');
    if (error.claim === 'aud') return invalid('it is for no client ID of the provider');
    return invalid('one of its claims is missing or wrong');
  }
  // Signature, algorithm, key: which of them is nobody's business but the issuer's. So is what the runtime says of a
  // key or signature that it cannot work with.
  return notVouchedFor();
}
