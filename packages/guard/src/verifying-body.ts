import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { ContentHash } from '@claviger/signature';
import { GUARD_REFUSALS } from './guard-refusal.ts';
import { refusalTexts } from './refusal-entry.ts';

/** Why a body is not passed on to its end. */
export type BodyErrorCode =
  | 'ContentSHA256NotMatched'
  | 'ContentMD5NotMatched'
  | 'BodyNotCovered'
  | 'RequestTooLarge';

/** The body is not the signed one, or too large. What was read of it must not be used. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly code: BodyErrorCode;
  readonly httpStatus: number;

  constructor(code: BodyErrorCode, httpStatus: number, message: string) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
  }
}

/**
 * Returns a transform that hashes a body while passing it on, and holds the last chunk back until the digest
 * is the signed one, so that a wrong body is never complete. It then fails with a {@link BodyError}.
 *
 * @param expected digest returned by `checkHead`
 * @param limit maximum size in bytes
 */
export function verifyingBody(expected: ContentHash, limit: number): Transform {
  const check = new BodyCheck(expected, limit);
  let held: Buffer | undefined;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const problem = check.add(chunk);
      if (problem !== undefined) return done(problem);
      const before = held;
      held = chunk;
      done(null, before);
    },
    flush(done) {
      const problem = check.end();
      if (problem !== undefined) return done(problem);
      done(null, held);
    },
  });
}

/** Incremental check of a body. */
export class BodyCheck {
  readonly #expected: ContentHash;
  readonly #limit: number;
  readonly #hash;
  #length = 0;

  constructor(expected: ContentHash, limit: number) {
    this.#expected = expected;
    this.#limit = limit;
    this.#hash = createHash(expected.algorithm);
  }

  /** Adds a chunk. @returns an error if the body is refused */
  add(chunk: Uint8Array): BodyError | undefined {
    this.#length += chunk.length;
    if (this.#length > this.#limit) return bodyTooLarge(this.#limit);
    this.#hash.update(chunk);
    return undefined;
  }

  /** Ends the body. @returns an error if it is refused */
  end(): BodyError | undefined {
    const { algorithm, value } = this.#expected;
    const digest = this.#hash.digest(algorithm === 'md5' ? 'base64' : 'hex');
    if (digest === value) return undefined;
    const code = algorithm === 'md5' ? 'ContentMD5NotMatched' : 'ContentSHA256NotMatched';
    const { status, message } = GUARD_REFUSALS[code];
    return new BodyError(code, status, message);
  }
}

/** Returns the error for a body over the limit. @param limit in bytes */
export function bodyTooLarge(limit: number): BodyError {
  const code = 'RequestTooLarge';
  const { httpStatus, message } = refusalTexts(code, GUARD_REFUSALS[code], { limit });
  return new BodyError(code, httpStatus, message);
}
