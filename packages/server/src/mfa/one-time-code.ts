import { timingSafeEqual } from 'node:crypto';
import { HOTP, Secret as Seed } from 'otpauth';

/** Codes of six digits, a new one every 30 seconds, as authenticator apps expect (RFC 6238). */
export const CODE_DIGITS = 6;
export const PERIOD_SECONDS = 30;

/** How many steps an authenticator's clock may be off, in either direction. */
const MAX_DRIFT_STEPS = 1;

/** Returns the time step at a time. @param now ms since the epoch */
export const stepAt = (now: number): number => Math.floor(now / 1000 / PERIOD_SECONDS);

/** Returns the code of a step. @param seed Base32 */
export function codeAt(seed: string, step: number): string {
  return HOTP.generate({
    secret: Seed.fromBase32(seed),
    counter: step,
    digits: CODE_DIGITS,
    algorithm: 'SHA1',
  });
}

/**
 * Returns the step of a code that is valid now, within the clock drift; `undefined` if invalid.
 * @param after the last accepted step: its code and earlier ones are refused
 */
export function findAcceptedStep(seed: string, code: string, now: number, after: number): number | undefined {
  const current = stepAt(now);
  for (let step = Math.max(current - MAX_DRIFT_STEPS, after + 1); step <= current + MAX_DRIFT_STEPS; step++) {
    if (isCode(seed, step, code)) return step;
  }
  return undefined;
}

/**
 * Returns the step of the second of two consecutive codes, if the second is valid now or the first still is: a
 * person has to wait for the second code, a program has both at once.
 * @param after the last accepted step
 */
export function findAcceptedPair(
  seed: string,
  first: string,
  second: string,
  now: number,
  after: number,
): number | undefined {
  const current = stepAt(now);
  for (
    let step = Math.max(current - MAX_DRIFT_STEPS - 1, after + 1);
    step <= current + MAX_DRIFT_STEPS;
    step++
  ) {
    if (isCode(seed, step, first) && isCode(seed, step + 1, second)) return step + 1;
  }
  return undefined;
}

function isCode(seed: string, step: number, code: string): boolean {
  const given = Buffer.from(code);
  return given.length === CODE_DIGITS && timingSafeEqual(Buffer.from(codeAt(seed, step)), given);
}
