import { echoedText } from './echoed-text.ts';

interface ErrorKind {
  readonly httpStatus: number;
  readonly message: string;
}

/**
 * All errors that a request's signature can cause: code, HTTP status and the beginning of the message. Codes,
 * statuses and messages are RAM's where RAM has them. Claviger adds `ContentSHA256NotMatched`, named after
 * `ContentMD5NotMatched`, and the codes below `InvalidParameter`, named after RAM's `InvalidParameter.*`.
 */
const SIGNATURE_ERRORS = {
  /** The signature is malformed, incomplete, or covers too little. */
  IncompleteSignature: kind('The request signature does not conform to Aliyun standards.'),
  /** After the colon follows the string that the server signed, truncated after 4 KiB (`echoedText`). */
  SignatureDoesNotMatch: kind(
    'Specified signature is not matched with our calculation. server string to sign is:',
  ),
  'InvalidTimeStamp.Format': kind('Specified time stamp or date value is not well formatted.'),
  'InvalidTimeStamp.Expired': kind('Specified time stamp or date value is expired.'),
  /** Unknown algorithm or `Authorization` scheme, or one that the key is not for. */
  InvalidSignatureMethod: kind('Specified signature method is not valid.'),
  InvalidSignatureVersion: kind('Specified parameter SignatureVersion is not valid.'),
  InvalidSignatureNonce: kind('Specified parameter SignatureNonce is not valid.'),
  MissingAccessKeyId: kind('AccessKeyId is mandatory for this action.'),
  MissingBearerToken: kind('BearerToken is mandatory for this action.'),
  MissingSignature: kind('Signature is mandatory for this action.'),
  MissingSignatureMethod: kind('SignatureMethod is mandatory for this action.'),
  MissingSignatureNonce: kind('SignatureNonce is mandatory for this action.'),
  MissingSignatureVersion: kind('SignatureVersion is mandatory for this action.'),
  MissingTimestamp: kind('Timestamp is mandatory for this action.'),
  /** The query or form contains something other than well-formed percent-encoded UTF-8. */
  'InvalidParameter.Format': kind('The specified parameter is not well formatted.'),
  /** The request has more than {@link MAX_PARAMETERS} parameters. */
  'InvalidParameter.TooMany': kind('The request has too many parameters.'),
  /** A parameter occurs twice, or in both query and form. */
  'InvalidParameter.Duplicate': kind('The specified parameter occurs more than once.'),
  UnsupportedHTTPMethod: kind('This http method is not supported.'),
  /** The body does not have the digest signed in `x-acs-content-sha256`. */
  ContentSHA256NotMatched: kind('The content of the request does not match the digest that was signed.'),
  /** The body does not have the MD5 signed in `content-md5`. */
  ContentMD5NotMatched: kind('The content of the request does not match the MD5 that was signed.'),
} as const satisfies Record<string, ErrorKind>;

function kind(message: string): ErrorKind {
  return { httpStatus: 400, message };
}

/** Code of a {@link SignatureError}. The set is closed, so that a caller can `switch` on it. */
export type SignatureErrorCode = keyof typeof SIGNATURE_ERRORS;

/** All codes that this package can throw, for tables and documentation. */
export const SIGNATURE_ERROR_CODES = Object.keys(SIGNATURE_ERRORS) as readonly SignatureErrorCode[];

/**
 * Refusal of a request's signature. `code` is for programs, the message for people; neither contains a
 * secret. The message of `SignatureDoesNotMatch` repeats what the caller sent, a security token included:
 * return it to that caller, never log it.
 */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly code: SignatureErrorCode;
  /** HTTP status that RAM returns for this code. */
  readonly httpStatus: number;

  /**
   * @param code one of {@link SIGNATURE_ERROR_CODES}
   * @param detail appended to RAM's message after a space
   */
  constructor(code: SignatureErrorCode, detail?: string) {
    const { message, httpStatus } = SIGNATURE_ERRORS[code];
    // Old SDKs compare the text after the colon with their own string to sign, byte for byte: no space there.
    const isEcho = code === 'SignatureDoesNotMatch';
    super(detail === undefined ? message : isEcho ? message + echoedText(detail) : `${message} ${detail}`);
    this.code = code;
    this.httpStatus = httpStatus;
  }
}
