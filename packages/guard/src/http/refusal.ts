import { randomUUID } from 'node:crypto';
import { clientDialect } from '../client-dialect.ts';
import type { RefusedRequest } from '../decision.ts';
import { encodeErrorBody } from '../error-body.ts';
import { GUARD_REFUSALS } from '../guard-refusal.ts';
import { type RefusalTexts, refusalTexts } from '../refusal-entry.ts';

/** Refusal by a listener, before or after the guard is asked. */
export type OwnRefusal = RefusalTexts;

/** Makes a refusal from a row of the table. @param values of its placeholders */
export function ownRefusal(
  name: keyof typeof GUARD_REFUSALS,
  values?: Readonly<Record<string, string | number>>,
): OwnRefusal {
  return refusalTexts(name, GUARD_REFUSALS[name], values);
}

/**
 * A refusal of the gateway's own, in the form that those of the guard have, so that clients need to know no other.
 *
 * @param host that the request named; empty when it named none
 * @param head target and headers of the request, from which the form of the error follows; undefined if unreadable
 * @param requestId of the decision before it, when there was one
 */
export function refused(
  { httpStatus, code, message }: OwnRefusal,
  host: string,
  head: { readonly url?: string | undefined; readonly rawHeaders: readonly string[] } | undefined,
  requestId: string = randomUUID().toUpperCase(),
): RefusedRequest {
  const dialect =
    head === undefined ? 'ram-json' : clientDialect({ target: head.url ?? '', rawHeaders: head.rawHeaders });
  const { contentType, body } = encodeErrorBody(dialect, {
    requestId,
    hostId: host,
    code,
    message,
    product: '',
  });
  return {
    allowed: false,
    requestId,
    code,
    httpStatus,
    message,
    contentType,
    errorBody: body,
    dialect,
  };
}

/** Refusal of input that Node's parser could not read; undefined if no answer can be sent. */
export function unreadable(errorCode: string): OwnRefusal | undefined {
  switch (errorCode) {
    case 'HPE_HEADER_OVERFLOW':
      return ownRefusal('RequestHeaderFieldsTooLarge');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ownRefusal('RequestTimeout');
    default:
      return errorCode.startsWith('HPE_') ? ownRefusal('InvalidRequest') : undefined;
  }
}

/** Answer where no service is. */
export const HOST_NOT_SERVED = ownRefusal('InvalidHost.NotServed');

/** Answer for a bug; the log has the rest. */
export const INTERNAL_ERROR = ownRefusal('InternalError');

/** @param limit in bytes */
export const bodyTooLarge = (limit: number): OwnRefusal => ownRefusal('RequestTooLarge', { limit });
