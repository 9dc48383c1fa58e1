import type { CredentialProblem } from './credential.ts';

/** Codes with which a guard refuses a request before any policy is looked at. */
export type GuardRefusalCode =
  | CredentialProblem
  | 'MissingAccessKeyId'
  | 'UnsupportedSignatureType'
  | 'InvalidAccessKeyId.Inactive'
  | 'SignatureNonceUsed'
  | 'Throttling.Nonce'
  | 'BodyNotCovered'
  | 'Forbidden.AccessKeyNetworkPolicy';

interface RefusalText {
  readonly httpStatus: number;
  readonly message: string;
}

/**
 * Code, status and message of each refusal; RAM's own where it has one. An unknown key and one in the recycle
 * bin answer alike; so do an inactive and an expired one.
 */
export const guardRefusals: Readonly<Record<GuardRefusalCode, RefusalText>> = {
  MissingAccessKeyId: { httpStatus: 400, message: 'AccessKeyId is mandatory for this action.' },
  UnsupportedSignatureType: {
    httpStatus: 400,
    message: 'Bearer tokens are not accepted here; sign the request with an AccessKey.',
  },
  'InvalidAccessKeyId.NotFound': { httpStatus: 404, message: 'Specified access key is not found.' },
  'InvalidAccessKeyId.Inactive': { httpStatus: 400, message: 'Specified access key is disabled.' },
  MissingSecurityToken: { httpStatus: 400, message: 'SecurityToken is mandatory for this action.' },
  'InvalidSecurityToken.Malformed': { httpStatus: 400, message: 'Specified SecurityToken is malformed.' },
  'InvalidSecurityToken.Expired': { httpStatus: 400, message: 'Specified SecurityToken is expired.' },
  'InvalidSecurityToken.MismatchWithAccessKey': {
    httpStatus: 400,
    message: 'Specified SecurityToken does not match the AccessKeyId.',
  },
  SignatureNonceUsed: { httpStatus: 400, message: 'Specified signature nonce was used already.' },
  'Throttling.Nonce': {
    httpStatus: 400,
    message: 'Request was denied: more requests are under way than nonces can be remembered.',
  },
  BodyNotCovered: {
    httpStatus: 400,
    message: 'The signature does not cover the body. Send Content-MD5, or sign with ACS3-HMAC-SHA256.',
  },
  'Forbidden.AccessKeyNetworkPolicy': {
    httpStatus: 403,
    message: 'The AccessKey {accessKeyId} may not be used from {address}: {level} network policy.',
  },
};

/** A request that did not come through; a value, so that the caller has to look at it. */
export interface GuardRefusal {
  readonly refused: true;
  readonly code: string;
  readonly httpStatus: number;
  readonly message: string;
  /** The key the request named, for the audit; not proven to be the sender's. */
  readonly accessKeyId: string | undefined;
}
