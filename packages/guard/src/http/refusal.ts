import { randomUUID } from 'node:crypto';
import type { RefusedRequest } from '../decision.ts';
import { errorBody } from '../error-body.ts';

/** What a gateway refuses by itself, before or after the guard has been asked. */
export interface OwnRefusal {
  readonly httpStatus: number;
  readonly code: string;
  readonly message: string;
}

/**
 * A refusal of the gateway's own, in the form that those of the guard have, so that clients need to know no other.
 *
 * @param host that the request named; empty when it named none
 * @param requestId of the decision before it, when there was one
 */
export function refused(
  { httpStatus, code, message }: OwnRefusal,
  host: string,
  requestId: string = randomUUID().toUpperCase(),
): RefusedRequest {
  return {
    allowed: false,
    requestId,
    code,
    httpStatus,
    message,
    contentType: 'application/json;charset=utf-8',
    errorBody: JSON.stringify(errorBody({ requestId, hostId: host, code, message, product: '' })),
  };
}

/** What Node's parser made no request of; undefined when there is nobody to tell. */
export function unreadable(errorCode: string): OwnRefusal | undefined {
  switch (errorCode) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        httpStatus: 431,
        code: 'RequestHeaderFieldsTooLarge',
        message: 'The request line and headers are too large.',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { httpStatus: 408, code: 'RequestTimeout', message: 'The request did not arrive in time.' };
    default:
      if (!errorCode.startsWith('HPE_')) return undefined;
      return { httpStatus: 400, code: 'InvalidRequest', message: 'The request is not well-formed HTTP/1.1.' };
  }
}

/** What is answered where no service is. */
export const HOST_NOT_SERVED: OwnRefusal = {
  httpStatus: 421,
  code: 'InvalidHost.NotServed',
  message: 'There is no service of this host here.',
};

/** What is answered for a mistake of ours; the log has the rest. */
export const INTERNAL_ERROR: OwnRefusal = {
  httpStatus: 500,
  code: 'InternalError',
  message: 'The request processing has failed due to some unknown error.',
};

/** @param limit in bytes */
export function bodyTooLarge(limit: number): OwnRefusal {
  const message = `The request body is larger than ${limit} bytes.`;
  return { httpStatus: 413, code: 'RequestTooLarge', message };
}
