import type { AccessDeniedDetail } from '@claviger/guard/internal';
import type { Queries } from '../store/store.ts';
import { type CatalogueEntry, catalogue, type RefusalCode } from './catalogue.ts';

/**
 * A request that is refused for a reason its sender can understand: the answer has RAM's code, status and
 * message. Anything else that is thrown is a bug of ours and answers `InternalError`.
 */
export class Refusal extends Error {
  readonly code: string;
  readonly httpStatus: number;
  readonly accessDenied: AccessDeniedDetail | undefined;
  /** What has to be written although the refused change was undone; runs in a transaction of its own. */
  remember: ((queries: Queries) => Promise<void>) | undefined;
  /** Of a throttled request: milliseconds until the next one may pass. */
  retryAfterMs: number | undefined;

  /**
   * @param entry the catalogue's name for it
   * @param values what stands for the `{placeholders}` of its code and message: user input, never a secret
   * @param accessDenied the detail of a denied action
   * @param remember what outlives the refused change: a count of wrong guesses
   */
  constructor(
    entry: RefusalCode,
    values: Readonly<Record<string, string | number>> = {},
    accessDenied?: AccessDeniedDetail,
    remember?: (queries: Queries) => Promise<void>,
  ) {
    const { status, message, code = entry }: CatalogueEntry = catalogue[entry];
    super(fill(message, values));
    this.name = 'Refusal';
    this.code = fill(code, values);
    this.httpStatus = status;
    this.accessDenied = accessDenied;
    this.remember = remember;
  }

  /** The same refusal, with how long to wait. @param milliseconds until the next request may pass */
  retryAfter(milliseconds: number): this {
    this.retryAfterMs = milliseconds;
    return this;
  }

  /** The same refusal, with something that has to be written although the refused change is undone. */
  remembering(remember: (queries: Queries) => Promise<void>): this {
    this.remember = remember;
    return this;
  }
}

function fill(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
