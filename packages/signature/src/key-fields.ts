import { SignatureError } from './errors.ts';

const MAXIMUM_NONCE_LENGTH = 128;

/** @throws SignatureError `MissingAccessKeyId` */
export function parseAccessKeyId(value: string | undefined): string {
  if (value === undefined || value === '') throw new SignatureError('MissingAccessKeyId');
  return value;
}

/**
 * A nonce of 1 to 128 characters. Official clients send 32 or 64; longer ones would only fill the memory of those
 * who remember nonces.
 *
 * @throws SignatureError `MissingSignatureNonce` or `InvalidSignatureNonce`
 */
export function parseNonce(value: string | undefined): string {
  if (value === undefined || value === '') throw new SignatureError('MissingSignatureNonce');
  if (value.length > MAXIMUM_NONCE_LENGTH) throw new SignatureError('InvalidSignatureNonce');
  return value;
}

/** An empty security token is none. */
export function optionalToken(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** @throws SignatureError `IncompleteSignature` when a key id sent twice is not the same both times */
export function assertSameAccessKeyId(signedWith: string, header: string | undefined): void {
  if (header !== undefined && header !== signedWith) {
    throw new SignatureError('IncompleteSignature', 'The header `x-acs-accesskey-id` names another key.');
  }
}
