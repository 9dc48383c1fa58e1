import { parseStrictJson } from '@claviger/policy';
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Services } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import type { ConsoleSessionRow, PasskeyRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { changeConsoleSession } from './console-session.ts';
import { type ConsoleSite, relyingPartyId } from './console-site.ts';

/** Purpose of a challenge; a challenge of one purpose answers no other. */
export type ChallengePurpose = NonNullable<ConsoleSessionRow['challenge_purpose']>;

/** Time that an authenticator has to answer, ms. */
const CHALLENGE_MS = 5 * 60 * 1000;

const rejected = (reason: string) => new Refusal('AuthenticationFail.Passkey', { reason });

/** Stores a new challenge in a session, in place of an earlier one. */
export async function giveChallenge(
  queries: Queries,
  services: Services,
  sessionHash: string,
  purpose: ChallengePurpose,
  now: number,
): Promise<string> {
  const challenge = services.identifiers.passkeyChallenge();
  await changeConsoleSession(queries, sessionHash, {
    challenge,
    challenge_purpose: purpose,
    challenge_expires_at: now + CHALLENGE_MS,
  });
  return challenge;
}

/**
 * Removes the challenge of a session, which is valid for one answer, right or wrong.
 * @returns `undefined` if the session has none of that purpose
 */
export async function takeChallenge(
  queries: Queries,
  sessionHash: string,
  purpose: ChallengePurpose,
  now: number,
): Promise<string | undefined> {
  const row = await queries
    .selectFrom('console_sessions')
    .select(['challenge', 'challenge_purpose', 'challenge_expires_at'])
    .where('session_hash', '=', sessionHash)
    .executeTakeFirst();
  if (row === undefined || row.challenge === null || row.challenge_purpose !== purpose) return undefined;
  await changeConsoleSession(queries, sessionHash, {
    challenge: null,
    challenge_purpose: null,
    challenge_expires_at: null,
  });
  return Number(row.challenge_expires_at) > now ? row.challenge : undefined;
}

/** Returns the options of a passkey registration, for the browser. @throws Refusal PasskeyUnavailable */
export function registrationOptions(
  site: ConsoleSite,
  user: { readonly id: string; readonly loginName: string; readonly displayName: string },
  known: readonly PasskeyRow[],
  challenge: string,
): Promise<object> {
  return generateRegistrationOptions({
    rpName: 'Claviger',
    rpID: relyingPartyId(site),
    userID: new TextEncoder().encode(user.id),
    userName: user.loginName,
    userDisplayName: user.displayName,
    challenge: new TextEncoder().encode(challenge),
    timeout: CHALLENGE_MS,
    attestationType: 'none',
    excludeCredentials: known.map(({ credential_id: id, transports }) => ({
      id,
      transports: JSON.parse(transports) as string[],
    })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  });
}

/** Returns the options of a passkey assertion, for the browser. @throws Refusal PasskeyUnavailable */
export function verificationOptions(
  site: ConsoleSite,
  passkeys: readonly PasskeyRow[],
  challenge: string,
): Promise<object> {
  return generateAuthenticationOptions({
    rpID: relyingPartyId(site),
    challenge: new TextEncoder().encode(challenge),
    timeout: CHALLENGE_MS,
    userVerification: 'required',
    allowCredentials: passkeys.map(({ credential_id: id, transports }) => ({
      id,
      transports: JSON.parse(transports) as string[],
    })),
  });
}

/** Passkey that an authenticator has just created. */
export type RegisteredCredential = Pick<
  PasskeyRow,
  'credential_id' | 'public_key' | 'sign_count' | 'transports'
>;

/**
 * Verifies the response of an authenticator to a registration.
 * @param response JSON, as the browser gives it
 * @throws Refusal AuthenticationFail.Passkey
 */
export async function verifyRegistration(
  site: ConsoleSite,
  response: string,
  challenge: string | undefined,
): Promise<RegisteredCredential> {
  if (challenge === undefined) throw rejected('it answers no challenge of this session, or too late');
  const parsed = parseResponse(response);
  let verified: Awaited<ReturnType<typeof verifyRegistrationResponse>>;
  try {
    verified = await verifyRegistrationResponse({
      response: parsed as never,
      expectedChallenge: encoded(challenge),
      expectedOrigin: site.origin,
      expectedRPID: relyingPartyId(site),
      requireUserVerification: true,
    });
  } catch (error) {
    throw refusalOfResponse(error);
  }
  if (!verified.verified) throw rejected('its attestation does not hold');
  const { id, publicKey, counter, transports = [] } = verified.registrationInfo.credential;
  return {
    credential_id: id,
    public_key: Buffer.from(publicKey).toString('base64url'),
    sign_count: counter,
    transports: JSON.stringify(transports),
  };
}

/** Passkey that has signed, with its signature counter. */
export interface UsedPasskey {
  readonly passkey: PasskeyRow;
  readonly signCount: number;
}

/**
 * Verifies the response of an authenticator to a challenge.
 * @param response JSON, as the browser gives it
 * @throws Refusal AuthenticationFail.Passkey
 */
export async function verifyPasskey(
  site: ConsoleSite,
  passkeys: readonly PasskeyRow[],
  response: string,
  challenge: string | undefined,
): Promise<UsedPasskey> {
  if (challenge === undefined) throw rejected('it answers no challenge of this session, or too late');
  const parsed = parseResponse(response);
  const passkey = passkeys.find(({ credential_id: id }) => id === parsed['id']);
  if (passkey === undefined) throw rejected('it is not one of yours');
  let verified: Awaited<ReturnType<typeof verifyAuthenticationResponse>>;
  try {
    verified = await verifyAuthenticationResponse({
      response: parsed as never,
      expectedChallenge: encoded(challenge),
      expectedOrigin: site.origin,
      expectedRPID: relyingPartyId(site),
      credential: {
        id: passkey.credential_id,
        publicKey: new Uint8Array(Buffer.from(passkey.public_key, 'base64url')),
        counter: Number(passkey.sign_count),
      },
      requireUserVerification: true,
    });
  } catch (error) {
    throw refusalOfResponse(error);
  }
  if (!verified.verified) throw rejected('its signature does not hold');
  return { passkey, signCount: verified.authenticationInfo.newCounter };
}

/**
 * Stores the signature counter of a passkey; an earlier response of the same authenticator is refused from then on.
 */
export async function recordPasskeyUse(
  queries: Queries,
  { passkey, signCount }: UsedPasskey,
  now: number,
): Promise<void> {
  await queries
    .updateTable('passkeys')
    .set({ sign_count: signCount, last_used_at: now })
    .where('passkey_id', '=', passkey.passkey_id)
    .where('account_id', '=', passkey.account_id)
    .execute();
}

const encoded = (challenge: string): string => Buffer.from(challenge).toString('base64url');

function parseResponse(text: string): Readonly<Record<string, unknown>> {
  const reading = parseStrictJson(text);
  const parsed = reading.ok ? reading.value : undefined;
  if (parsed === null || typeof parsed !== 'object') throw rejected('the response is no JSON object');
  const { response } = parsed as { readonly response?: { readonly clientDataJSON?: unknown } | null };
  const clientData = Buffer.from(String(response?.clientDataJSON ?? ''), 'base64url').toString('utf8');
  if (!parseStrictJson(clientData).ok) throw rejected('its clientDataJSON is no JSON');
  return parsed as Readonly<Record<string, unknown>>;
}

/**
 * Returns the refusal of an invalid response. The library throws plain errors; their messages are for programmers.
 */
function refusalOfResponse(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return rejected('it does not answer this challenge, at this address, with the user verified');
}
