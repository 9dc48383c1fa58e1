import { equalInConstantTime } from './constant-time.ts';
import { SignatureError } from './errors.ts';
import { HeaderFields } from './header-fields.ts';
import { optionalToken, parseAccessKeyId, parseNonce } from './key-fields.ts';
import type { Parameters } from './parameters.ts';
import type { RpcSignature } from './parsed-signature.ts';
import { percentEncode, sortByBytes } from './percent-encoding.ts';
import { hasFormType, type RequestContent } from './request-content.ts';
import { hmacKeyOf, type SigningKey } from './signing-key.ts';
import { parseIsoTimestamp } from './timestamp.ts';

/** Detail of the error for a signature that covers a form, when the body is not available. */
export const FORM_IS_OUT_OF_SIGHT =
  'RPC 1.0 signs the form in the body, which forward authentication does not see: use the gateway or the library.';

/**
 * Parses an RPC 1.0 signature from the parameters of query and form.
 *
 * @throws SignatureError `Missing…` for a parameter that is absent or empty, `InvalidSignatureMethod`,
 *   `InvalidSignatureVersion`, and the errors of nonce and timestamp
 */
export function parseRpc(content: RequestContent): RpcSignature {
  const { parameters } = content;
  const signature = parameters.get('Signature');
  if (signature === undefined || signature === '') throw new SignatureError('MissingSignature');
  const accessKeyId = parseAccessKeyId(parameters.get('AccessKeyId'));
  const method = parameters.get('SignatureMethod');
  if (method === undefined) throw new SignatureError('MissingSignatureMethod');
  if (method !== 'HMAC-SHA1') throw new SignatureError('InvalidSignatureMethod');
  const version = parameters.get('SignatureVersion');
  if (version === undefined) throw new SignatureError('MissingSignatureVersion');
  if (version !== '1.0') throw new SignatureError('InvalidSignatureVersion');
  // The old Go SDK sends it empty; any other type means another kind of authentication.
  const type = parameters.get('SignatureType');
  if (type !== undefined && type !== '') throw new SignatureError('InvalidSignatureMethod');
  const nonce = parseNonce(parameters.get('SignatureNonce'));
  const timestampText = parameters.get('Timestamp');
  if (timestampText === undefined) throw new SignatureError('MissingTimestamp');
  return {
    scheme: 'RPC-HMAC-SHA1',
    request: content.request,
    parameters,
    query: content.query,
    // x-acs-action and x-acs-version are not covered by this signature: only the parameters are used.
    action: parameters.get('Action'),
    version: parameters.get('Version'),
    accessKeyId,
    securityToken: optionalToken(parameters.get('SecurityToken')),
    nonce,
    timestamp: parseIsoTimestamp(timestampText),
    timestampText,
    signature,
  };
}

/**
 * Verifies an RPC 1.0 signature.
 *
 * @returns whether the body is signed: a form is, any other body is not
 * @throws SignatureError `SignatureDoesNotMatch`; `IncompleteSignature` when the form may be what is
 *   missing
 */
export function verifyRpc(parsed: RpcSignature, key: SigningKey): 'verified' | 'unverified' {
  const { request } = parsed;
  const stringToSign = rpcStringToSign(request.method, request.target, parsed.parameters);
  if (!equalInConstantTime(signRpc(key, stringToSign), parsed.signature)) {
    if (request.body === undefined && hasFormType(new HeaderFields(request.rawHeaders))) {
      throw new SignatureError('IncompleteSignature', FORM_IS_OUT_OF_SIGHT);
    }
    throw new SignatureError('SignatureDoesNotMatch', stringToSign);
  }
  if (request.body === undefined) return 'unverified';
  const signed = request.body.length === 0 || hasFormType(new HeaderFields(request.rawHeaders));
  return signed ? 'verified' : 'unverified';
}

/**
 * Returns the string to sign of RPC 1.0: method, path, and all parameters except `Signature`, sorted by the
 * bytes of their names. Official clients always use the path `/`; it is signed as received, so no other path
 * passes.
 */
export function rpcStringToSign(method: string, target: string, parameters: Parameters): string {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  let pairs = '';
  for (const name of sortByBytes([...parameters.keys()])) {
    if (name === 'Signature') continue;
    if (pairs !== '') pairs += '%26';
    pairs += `${encodeTwice(name)}%3D${encodeTwice(parameters.get(name)!)}`;
  }
  return `${method}&${percentEncode(path)}&${pairs}`;
}

/** Encodes twice, as RPC 1.0 does with pairs and then the whole: the second pass only changes `%`. */
function encodeTwice(text: string): string {
  const once = percentEncode(text);
  return once.includes('%') ? once.replaceAll('%', '%25') : once;
}

/** Returns the base64 HMAC-SHA1 of a string to sign, keyed with the secret followed by `&`. */
export function signRpc(key: SigningKey, stringToSign: string): string {
  return hmacKeyOf(key, 'rpc-sha1').digest(stringToSign, 'base64');
}
