import { ApiError } from '../api/api-error.ts';

/** The browser's own words for a passkey that was not used are of no help to people. */
export function passkeyError(reason: unknown): Error {
  if (reason instanceof Error && reason.name === 'NotAllowedError') {
    return new ApiError({ code: 'PasskeyNotUsed', status: 0, message: reason.message, cause: reason });
  }
  return reason instanceof Error ? reason : new Error(String(reason));
}
