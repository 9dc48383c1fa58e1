import { ApiError } from '../api/api-error.ts';

/** Replaces the browser's error for an unused passkey by one with a translated message. */
export function passkeyError(reason: unknown): Error {
  if (reason instanceof Error && reason.name === 'NotAllowedError') {
    return new ApiError({ code: 'PasskeyNotUsed', status: 0, message: reason.message, cause: reason });
  }
  return reason instanceof Error ? reason : new Error(String(reason));
}
