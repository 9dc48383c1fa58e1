import { SignatureError } from './errors.ts';

const MAXIMUM_NONCE_LENGTH = 128;

/**
 * Returns a required access key id.
 *
 * @throws SignatureError `MissingAccessKeyId`
 */
export function parseAccessKeyId(value: string | undefined): string {
  if (value === undefined || value === '') throw new SignatureError('MissingAccessKeyId');
  return value;
}

/**
 * Returns a nonce of 1 to 128 characters. Official clients send 32 or 64; longer ones would only fill nonce
 * stores.
 *
 * @throws SignatureError `MissingSignatureNonce` or `InvalidSignatureNonce`
 */
export function parseNonce(value: string | undefined): string {
  if (value === undefined || value === '') throw new SignatureError('MissingSignatureNonce');
  if (value.length > MAXIMUM_NONCE_LENGTH) throw new SignatureError('InvalidSignatureNonce');
  return value;
}

/** Returns a security token, `undefined` if it is empty. */
export function optionalToken(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/**
 * Asserts that the key id in `x-acs-accesskey-id`, if any, is the one that signed.
 *
 * @throws SignatureError `IncompleteSignature`
 */
export function assertSameAccessKeyId(signedWith: string, header: string | undefined): void {
  if (header !== undefined && header !== signedWith) {
    throw new SignatureError('IncompleteSignature', 'The header `x-acs-accesskey-id` names another key.');
  }
}
