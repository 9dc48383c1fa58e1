import { parseStrictJson } from '@claviger/policy';
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { Refusal } from '../errors/refusal.ts';
import { DocumentUnavailable } from './fetch-document.ts';
import type { Issuer, IssuerKeySet, IssuerKeys } from './issuer-keys.ts';

/** Requirements for the tokens of a provider. */
export interface OidcExpectation extends Issuer {
  /** Accepted audiences. */
  readonly clientIds: readonly string[];
  /** Maximum age since issuance, in hours. */
  readonly issuanceLimitHours: number;
}

/** Claims of a verified token. */
export interface OidcToken {
  readonly issuer: string;
  readonly subject: string;
  /** Audiences that are client ids of the provider; at least one. */
  readonly clientIds: readonly string[];
  /** ms since the epoch */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Asymmetric signatures only: a shared secret does not identify the issuer. */
const ALGORITHMS = [
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

/** How far an issuer's clock may be ahead of ours. Expiry is not extended. */
const CLOCK_SKEW_SECONDS = 60;

/** Kubernetes' longest names of service accounts have some 340 characters. */
const MAX_SUBJECT_LENGTH = 1024;

/** End of the year 9999, in seconds: the wire format cannot express later dates. */
const MAX_EXPIRY_SECONDS = 253_402_300_800;

const invalid = (reason: string) => new Refusal('AuthenticationFail.OIDCToken.Invalid', { reason });
const expired = (reason: string) => new Refusal('AuthenticationFail.OIDCToken.Expired', { reason });

/**
 * Refusal of every token that is not verified to come from the provider, with RAM's code for an unknown one. It is the
 * same for all causes, so that an unauthenticated caller does not learn whether an account or provider exists and who
 * its issuer is.
 */
export const notIssuedByProvider = () => new Refusal('AuthenticationFail.NoPermission.Provider');

/**
 * Asserts that a text is a JSON Web Token. Call it before anything is looked up: the answer depends on the text alone.
 * @throws Refusal AuthenticationFail.OIDCToken.Invalid
 */
export function assertJsonWebToken(token: string): void {
  const malformed = () => invalid('it is not a JSON Web Token');
  try {
    decodeJwt(token);
  } catch {
    throw malformed();
  }
  if (!isStrictJson(token)) throw malformed();
}

/**
 * Verifies an OpenID Connect token: its issuer's signature, issuer, audience and times. A token may be presented
 * repeatedly until it expires, as workloads do that read theirs from a file.
 * @param token asserted to be a JSON Web Token
 * @param now ms since the epoch
 * @throws Refusal AuthenticationFail.OIDCToken.Invalid, AuthenticationFail.OIDCToken.Expired,
 *   AuthenticationFail.OIDCToken.AudienceNotMatch, AuthenticationFail.NoPermission
 */
export async function verifyOidcToken(
  token: string,
  expected: OidcExpectation,
  issuerKeys: IssuerKeys,
  now: number,
): Promise<OidcToken> {
  // Not verified yet, but no key needs to be fetched for a token that claims another issuer.
  if (decodeJwt(token).iss !== expected.issuerUrl) throw notIssuedByProvider();
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
  if (!(exp < MAX_EXPIRY_SECONDS)) throw invalid('it ends too late');
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
 * Asserts that a token was not issued to another client of the issuer, which may be an attacker's.
 * @see OpenID Connect Core 1.0, 3.1.3.7 rules 4 and 5
 */
function assertAuthorizedParty({ azp }: JWTPayload, { clientIds }: OidcExpectation): void {
  const known = azp === undefined || (typeof azp === 'string' && clientIds.includes(azp));
  if (!known) throw invalid('its azp is not a client ID of the provider');
}

/** Returns whether header and claims are JSON without duplicate names (RFC 7515 section 4, RFC 7519 section 4). */
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

/** Returns the subject of a token, checking its type and content. */
function subjectOf({ sub }: JWTPayload): string {
  const text: unknown = sub;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are refused
  if (typeof text !== 'string' || text === '' || /[\u0000-\u001f\u007f]/.test(text)) {
    throw invalid('it has no subject');
  }
  if (text.length > MAX_SUBJECT_LENGTH)
    throw invalid(`its subject has more than ${MAX_SUBJECT_LENGTH} characters`);
  return text;
}

async function verifyWith(
  { keys }: IssuerKeySet,
  token: string,
  expected: OidcExpectation,
  now: number,
): Promise<JWTPayload> {
  if (keys instanceof DocumentUnavailable) throw notIssuedByProvider();
  const { payload, protectedHeader } = await jwtVerify(token, keys, {
    algorithms: ALGORITHMS,
    issuer: expected.issuerUrl,
    audience: [...expected.clientIds],
    requiredClaims: ['sub', 'exp', 'iat'],
    currentDate: new Date(now),
    clockTolerance: CLOCK_SKEW_SECONDS,
    maxTokenAge: expected.issuanceLimitHours * 3600,
  });
  // Issuers sign other tokens with the same keys: access tokens, logout tokens, security events.
  const { typ } = protectedHeader;
  if (typ !== undefined && !/^(?:application\/)?jwt$/i.test(typ)) throw invalid('it is not an ID token');
  if ('events' in payload) throw invalid('it is not an ID token');
  return payload;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof errors.JWTExpired) {
    return expired(error.claim === 'iat' ? 'it was issued too long ago' : 'it has ended');
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' && error.reason === 'check_failed') return expired('it begins later');
    if (error.claim === 'aud') return new Refusal('AuthenticationFail.OIDCToken.AudienceNotMatch');
    return invalid('one of its claims is missing or wrong');
  }
  // Whether signature, algorithm or key is wrong is not disclosed; neither is the runtime's message about a key or
  // signature that it cannot process.
  return notIssuedByProvider();
}
