import { SIGNATURE_ERROR_CODES, SignatureError, type SignatureErrorCode } from '@claviger/signature';
import type { CredentialProblem } from './credential.ts';
import { HTTP_REFUSALS } from './http-refusals.ts';
import { type RefusalEntry, refusalTexts } from './refusal-entry.ts';

/** Codes with which a guard refuses a request. */
export type GuardRefusalCode =
  | CredentialProblem
  | 'MissingAccessKeyId'
  | 'UnsupportedSignatureType'
  | 'InvalidSignatureMethod.Scheme'
  | 'InvalidAccessKeyId.Inactive'
  | 'SignatureNonceUsed'
  | 'InvalidTimeStamp.BeforeStart'
  | 'Throttling.Nonce'
  | 'BodyNotCovered'
  | 'Forbidden.AccessKeyNetworkPolicy'
  | ServiceRefusalCode;

/** Those that only a guard with a service map has. */
type ServiceRefusalCode =
  | 'InvalidParameter.Path'
  | 'InvalidParameter.Query'
  | 'InvalidParameter.Header'
  | 'InvalidParameter.Action'
  | 'InvalidParameter.Method'
  | 'MissingParameter'
  | 'InvalidAction.NotFound'
  | 'NoPermission'
  | 'RequestTooLarge'
  | 'ServiceUnavailable'
  | 'InternalError'
  | 'Throttling.User';

/** Refusals of signatures, from the package that verifies them. */
const SIGNATURE_REFUSALS = Object.fromEntries(
  SIGNATURE_ERROR_CODES.map((code) => {
    const { httpStatus: status, message } = new SignatureError(code);
    return [code, { status, message }];
  }),
) as Readonly<Record<SignatureErrorCode, RefusalEntry>>;

/**
 * Refusals of a guard, those of signatures and of listeners included; the server's table extends it. RAM's codes, statuses and
 * messages where RAM has them. An unknown key and one in the recycle bin answer alike; so do an inactive and an
 * expired one. Causes and remedies: `docs/errors.md`, generated from these tables.
 */
export const GUARD_REFUSALS: Readonly<
  Record<GuardRefusalCode | SignatureErrorCode | keyof typeof HTTP_REFUSALS, RefusalEntry>
> = {
  ...SIGNATURE_REFUSALS,
  ...HTTP_REFUSALS,
  UnsupportedSignatureType: {
    status: 400,
    message: 'Bearer tokens are not accepted here; sign the request with an AccessKey.',
  },
  'InvalidSignatureMethod.Scheme': {
    status: 400,
    code: 'InvalidSignatureMethod',
    message: 'The signature scheme {scheme} is not supported here. Sign with ACS3-HMAC-SHA256.',
  },
  'InvalidAccessKeyId.NotFound': { status: 404, message: 'Specified access key is not found.' },
  'InvalidAccessKeyId.Damaged': {
    status: 400,
    message: 'The stored secret of the specified access key is damaged. Use another key.',
  },
  'InvalidAccessKeyId.Inactive': { status: 400, message: 'Specified access key is disabled.' },
  MissingSecurityToken: { status: 400, message: 'SecurityToken is mandatory for this action.' },
  'InvalidSecurityToken.Malformed': { status: 400, message: 'Specified SecurityToken is malformed.' },
  'InvalidSecurityToken.Expired': { status: 400, message: 'Specified SecurityToken is expired.' },
  'InvalidSecurityToken.MismatchWithAccessKey': {
    status: 400,
    message: 'Specified SecurityToken does not match the AccessKeyId.',
  },
  'InvalidSecurityToken.AccessKeyDisabled': {
    status: 400,
    code: 'InvalidSecurityToken',
    message: 'The AccessKey that assumed this role was disabled.',
  },
  SignatureNonceUsed: { status: 400, message: 'Specified signature nonce was used already.' },
  'InvalidTimeStamp.BeforeStart': {
    status: 400,
    message:
      'The request was signed at {signed}. What was signed before {start} is refused, since the nonces that were used before then are not known here. Sign the request again.',
  },
  'Throttling.Nonce': {
    status: 400,
    message: 'Request was denied: more requests are under way than nonces can be remembered.',
  },
  BodyNotCovered: {
    status: 400,
    message: 'The signature does not cover the body. Send Content-MD5, or sign with ACS3-HMAC-SHA256.',
  },
  'Forbidden.AccessKeyNetworkPolicy': {
    status: 403,
    message: 'The AccessKey {accessKeyId} may not be used from {address}: {level} network policy.',
  },
  'ServiceUnavailable.CredentialsStale': {
    status: 503,
    message:
      'The credentials known here are too old to be relied on, and newer ones cannot be had. Try later.',
  },
  'ServiceUnavailable.ControlPlane': {
    status: 503,
    message: 'Whether the signature or the SecurityToken holds cannot be found out now. Try later.',
  },
  // Those below are formed after RAM's `InvalidParameter.*`: a request that could be read in two ways.
  'InvalidParameter.Path': { status: 400, message: 'The path of the request {reason}.' },
  'InvalidParameter.Query': { status: 400, message: 'The query of the request {reason}.' },
  'InvalidParameter.Header': { status: 400, message: 'The request {reason}.' },
  'InvalidParameter.Action': {
    status: 400,
    message: 'The request names the action {named}, and its method and path are those of {action}.',
  },
  'InvalidParameter.Method': {
    status: 400,
    message: 'The request has the parameter {name}, by which some servers take another method for its own.',
  },
  MissingParameter: { status: 400, message: '{name} is mandatory for this action.' },
  'InvalidAction.NotFound': {
    status: 404,
    message: 'Specified api is not found, please check your url and method.',
  },
  NoPermission: {
    status: 403,
    message: 'You are not authorized to do this action. Resource: {resource} Action: {action}',
  },
  RequestTooLarge: { status: 413, message: 'The request body is larger than {limit} bytes.' },
  ServiceUnavailable: {
    status: 503,
    message: 'The request has failed due to a temporary failure of the server.',
  },
  InternalError: {
    status: 500,
    message: 'The request processing has failed due to some unknown error, exception or failure.',
  },
  'Throttling.User': { status: 400, message: 'Request was denied due to user flow control.' },
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

/**
 * Makes a refusal.
 * @param code of the table
 * @param accessKeyId the key that the request named, once it is known
 * @param values what stands for the `{placeholders}` of its message: user input, never a secret
 */
export function refuse(
  code: GuardRefusalCode,
  accessKeyId: string | undefined,
  values: Readonly<Record<string, string>> = {},
): GuardRefusal {
  return { refused: true, ...refusalTexts(code, GUARD_REFUSALS[code], values), accessKeyId };
}
