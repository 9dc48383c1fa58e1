import { timingSafeEqual } from 'node:crypto';
import { HOTP, Secret as Seed } from 'otpauth';

/** Codes are of six digits, and a new one comes every 30 seconds: what authenticator apps expect (RFC 6238). */
export const digits = 6;
export const periodSeconds = 30;

/** How many steps an authenticator's clock may be off, either way. */
const drift = 1;

/** The time step of a moment. @param now milliseconds since the epoch */
export const stepAt = (now: number): number => Math.floor(now / 1000 / periodSeconds);

/** The code of a step. @param seed Base32 */
export function codeAt(seed: string, step: number): string {
  return HOTP.generate({ secret: Seed.fromBase32(seed), counter: step, digits, algorithm: 'SHA1' });
}

/**
 * The step that a code is of, if it is one of now; within the drift of clocks.
 * @param after the last step that was accepted: its code and earlier ones are not accepted again
 */
export function acceptedStep(seed: string, code: string, now: number, after: number): number | undefined {
  const current = stepAt(now);
  for (let step = Math.max(current - drift, after + 1); step <= current + drift; step++) {
    if (isCode(seed, step, code)) return step;
  }
  return undefined;
}

/**
 * The step of the second of two consecutive codes, if the second is one of now, or the first still is: whoever types
 * them off has to wait for the second, programs have both at once.
 * @param after the last step that was accepted
 */
export function acceptedPair(
  seed: string,
  first: string,
  second: string,
  now: number,
  after: number,
): number | undefined {
  const current = stepAt(now);
  for (let step = Math.max(current - drift - 1, after + 1); step <= current + drift; step++) {
    if (isCode(seed, step, first) && isCode(seed, step + 1, second)) return step + 1;
  }
  return undefined;
}

function isCode(seed: string, step: number, code: string): boolean {
  const given = Buffer.from(code);
  return given.length === digits && timingSafeEqual(Buffer.from(codeAt(seed, step)), given);
}
