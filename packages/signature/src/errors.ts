import { echoedText } from './echoed-text.ts';

interface ErrorKind {
  readonly httpStatus: number;
  readonly message: string;
}

/**
 * Every error that a request's signature can cause: code, HTTP status and the literal beginning of the message.
 * Codes, statuses and literals are RAM's wherever RAM has them. Its own are `ContentSHA256NotMatched`, formed
 * after `ContentMD5NotMatched`, and those below `InvalidParameter`, formed after RAM's `InvalidParameter.*`.
 */
const SIGNATURE_ERRORS = {
  /** The signature's form is wrong, a part of it is missing, or it covers too little. */
  IncompleteSignature: kind('The request signature does not conform to Aliyun standards.'),
  /** Everything after the colon is the string that the server signed; beyond 4 KiB its beginning (`echoedText`). */
  SignatureDoesNotMatch: kind(
    'Specified signature is not matched with our calculation. server string to sign is:',
  ),
  'InvalidTimeStamp.Format': kind('Specified time stamp or date value is not well formatted.'),
  'InvalidTimeStamp.Expired': kind('Specified time stamp or date value is expired.'),
  /** An algorithm or an Authorization scheme that is not known, or not the one that the key is for. */
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
  /** Something in the query or form is not well-formed percent-encoded UTF-8. */
  'InvalidParameter.Format': kind('The specified parameter is not well formatted.'),
  /** More parameters than any operation has. */
  'InvalidParameter.TooMany': kind('The request has too many parameters.'),
  /** A parameter stands twice, or in the query and in the form. */
  'InvalidParameter.Duplicate': kind('The specified parameter occurs more than once.'),
  UnsupportedHTTPMethod: kind('This http method is not supported.'),
  /** The body's bytes are not those whose digest is signed in `x-acs-content-sha256`. */
  ContentSHA256NotMatched: kind('The content of the request does not match the digest that was signed.'),
  /** The body's bytes are not those whose MD5 is signed in `content-md5`. */
  ContentMD5NotMatched: kind('The content of the request does not match the MD5 that was signed.'),
} as const satisfies Record<string, ErrorKind>;

function kind(message: string): ErrorKind {
  return { httpStatus: 400, message };
}

/** The code of a {@link SignatureError}: closed, so that a caller can `switch` on it. */
export type SignatureErrorCode = keyof typeof SIGNATURE_ERRORS;

/** All codes that this package can throw, for tables and documentation. */
export const SIGNATURE_ERROR_CODES = Object.keys(SIGNATURE_ERRORS) as readonly SignatureErrorCode[];

/**
 * Why a request was refused. The code is for programs, the message for people; neither ever holds a secret.
 * The message of `SignatureDoesNotMatch` repeats what the caller sent, a security token included: it belongs in
 * the answer to that caller, not in a log.
 */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly code: SignatureErrorCode;
  /** The HTTP status that RAM answers with. */
  readonly httpStatus: number;

  /**
   * @param code one of the closed list
   * @param detail what follows RAM's literal text, after a space
   */
  constructor(code: SignatureErrorCode, detail?: string) {
    const { message, httpStatus } = SIGNATURE_ERRORS[code];
    // Old SDKs compare what follows the colon with their own string to sign, byte for byte: no space there.
    const isEcho = code === 'SignatureDoesNotMatch';
    super(detail === undefined ? message : isEcho ? message + echoedText(detail) : `${message} ${detail}`);
    this.code = code;
    this.httpStatus = httpStatus;
  }
}
