import { type AccessDeniedDetail, refusalTexts } from '@claviger/guard/internal';
import type { Queries } from '../store/store.ts';
import { REFUSALS, type RefusalCode } from './refusal-table.ts';

/** Milliseconds to wait after a refusal that is not given a time of its own, by code. */
const DEFAULT_WAITS_MS: Readonly<Record<string, number>> = {
  'Throttling.SignIn': 30_000,
  'Throttling.SAMLAssertion': 60_000,
};

/**
 * Refusal of a request for a reason that its sender can understand: the answer has RAM's code, status and message.
 * Any other error is a bug and answers `InternalError`.
 */
export class Refusal extends Error {
  readonly code: string;
  readonly httpStatus: number;
  readonly accessDenied: AccessDeniedDetail | undefined;
  /** Change that is written although the refused one was rolled back; runs in a transaction of its own. */
  remember: ((queries: Queries) => Promise<void>) | undefined;
  /** For a throttled request: milliseconds until the next one may pass; `undefined`: a second. */
  retryAfterMs: number | undefined;

  /**
   * @param entry name of a row in the table of refusals
   * @param values of the `{placeholders}` in its code and message: user input, never a secret
   * @param accessDenied detail of a denied action
   * @param remember change that outlives the refused one: a count of wrong guesses
   */
  constructor(
    entry: RefusalCode,
    values: Readonly<Record<string, string | number>> = {},
    accessDenied?: AccessDeniedDetail,
    remember?: (queries: Queries) => Promise<void>,
  ) {
    const { code, httpStatus, message } = refusalTexts(entry, REFUSALS[entry], values);
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.httpStatus = httpStatus;
    this.accessDenied = accessDenied;
    this.remember = remember;
    this.retryAfterMs = DEFAULT_WAITS_MS[code];
  }

  /** Returns the same refusal with a waiting time. @param milliseconds until the next request may pass */
  retryAfter(milliseconds: number): this {
    this.retryAfterMs = milliseconds;
    return this;
  }

  /** Returns the same refusal with a change that is written although the refused one is rolled back. */
  remembering(remember: (queries: Queries) => Promise<void>): this {
    this.remember = remember;
    return this;
  }
}
