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

const invalid = (reason: string) => new Refusal('AuthenticationFail.OIDCToken.Invalid', { reason });
const expired = (reason: string) => new Refusal('AuthenticationFail.OIDCToken.Expired', { reason });

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
  if (issuerOf(token) !== expected.issuerUrl) throw invalid('it is not of the issuer of the provider');
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
  const { iss = '', sub = '', aud = [], iat = 0, exp = 0 } = payload;
  if (exp * 1000 <= now) throw expired('it has ended');
  if (sub === '') throw invalid('it has no subject');
  return {
    issuer: iss,
    subject: sub,
    clientIds: [aud].flat().filter((audience) => expected.clientIds.includes(audience)),
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
  };
}

function issuerOf(token: string): unknown {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw invalid('it is not a JSON Web Token');
  }
}

async function verifyWith(
  { keys }: IssuerKeySet,
  token: string,
  expected: OidcExpectation,
  now: number,
): Promise<JWTPayload> {
  if (keys instanceof DocumentUnavailable) {
    throw invalid(`the keys of its issuer cannot be had: ${keys.message}`);
  }
  const { payload } = await jwtVerify(token, keys, {
    algorithms,
    issuer: expected.issuerUrl,
    audience: [...expected.clientIds],
    requiredClaims: ['sub', 'exp', 'iat'],
    currentDate: new Date(now),
    clockTolerance: clockSkewSeconds,
    maxTokenAge: expected.issuanceLimitHours * 3600,
  });
  return payload;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof errors.JWTExpired) {
    return expired(error.claim === 'iat' ? 'it was issued too long ago' : 'it has ended');
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return expired('it begins later');
    if (error.claim === 'aud') return invalid('it is for no client ID of the provider');
    return invalid('one of its claims is missing or wrong');
  }
  // Signature, algorithm, key: which of them is nobody's business but the issuer's.
  if (error instanceof errors.JOSEError) return invalid('its issuer has not signed it');
  return invalid('it cannot be verified');
}
