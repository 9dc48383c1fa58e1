import { parseAcs } from './acs.ts';
import { SignatureError } from './errors.ts';
import { placeOf } from './header-fields.ts';
import type { AnonymousRequest, BearerRequest, ParsedSignature } from './parsed-signature.ts';
import type { RequestHead, SignedRequest } from './request.ts';
import { hasFormType, type RequestContent, readContent } from './request-content.ts';
import { parseRoa } from './roa.ts';
import { FORM_IS_OUT_OF_SIGHT, parseRpc } from './rpc.ts';

/** Incomplete forms that a caller accepts because existing clients send them. Default: none. */
export interface ParseOptions {
  /**
   * Accepts ROA 1.0 without `x-acs-signature-nonce`, as the old generation of clients in Go and Python signs.
   * The signature stands for the nonce, and `verifySignature` accepts it for a shorter time.
   */
  readonly acceptsRoaWithoutNonce?: boolean;
  /**
   * Accepts ACS3-HMAC-SHA256 with neither host nor nonce signed, without a body: the request is meant to be
   * passed on and sent repeatedly. Accept it only for an operation that reveals no more than who signed.
   */
  readonly acceptsPresigned?: boolean;
}

const NOTHING_ELSE: ParseOptions = Object.freeze({});
const AUTHORIZATION = placeOf('authorization');
const BEARER = /^Bearer(?: +(.*))?$/;

/**
 * Parses how a request is signed and by which key, and decodes its parameters. It verifies nothing: the
 * result is what the sender claims.
 *
 * The `Authorization` header decides the scheme if present (ACS3, ACS4, ROA 1.0, bearer; any other is
 * refused), then the parameter `Signature` (RPC 1.0), then a bearer token. A request with none of these is
 * anonymous. A request with an incomplete signature is refused, never treated as anonymous.
 *
 * @param request the request, or its head when the body is not available
 * @param options incomplete forms that are accepted; default: none
 * @throws SignatureError with one of {@link SIGNATURE_ERROR_CODES}
 * @example
 * const parsed = parseSignature({ method: 'GET', target: '/?Action=…', rawHeaders: [], body: new Uint8Array() });
 * if (parsed.scheme === 'RPC-HMAC-SHA1') console.log(parsed.accessKeyId);
 */
export function parseSignature(
  request: SignedRequest | RequestHead,
  options: ParseOptions = NOTHING_ELSE,
): ParsedSignature {
  const content = readContent(request);
  const authorization = content.headers.at(AUTHORIZATION);
  if (authorization !== undefined) return parseAuthorization(content, authorization, options);
  const { parameters } = content;
  const isBearerParameter = parameters.get('SignatureType') === 'BEARERTOKEN';
  // The old Go SDK signs bearer requests as well, with an empty key id and an empty secret.
  if (isBearerParameter && !parameters.get('AccessKeyId')) return parseBearer(content, undefined);
  if (parameters.has('Signature')) return parseRpc(content);
  if (request.body === undefined && hasFormType(content.headers)) {
    throw new SignatureError('IncompleteSignature', FORM_IS_OUT_OF_SIGHT);
  }
  if (content.headers.has('x-acs-bearer-token')) return parseBearer(content, undefined);
  return parseAnonymous(content);
}

function parseAuthorization(
  content: RequestContent,
  authorization: string,
  options: ParseOptions,
): ParsedSignature {
  if (authorization.startsWith('ACS3-') || authorization.startsWith('ACS4-')) {
    return parseAcs(content, authorization, options.acceptsPresigned === true);
  }
  if (authorization.startsWith('acs ')) {
    return parseRoa(content, authorization, options.acceptsRoaWithoutNonce === true);
  }
  const bearer = BEARER.exec(authorization);
  if (bearer !== null) return parseBearer(content, bearer[1] ?? '');
  throw new SignatureError(
    'InvalidSignatureMethod',
    'The scheme of the Authorization header is not supported.',
  );
}

function parseBearer(content: RequestContent, authorizationToken: string | undefined): BearerRequest {
  const sent = [
    authorizationToken,
    content.headers.get('x-acs-bearer-token'),
    content.parameters.get('BearerToken'),
  ].filter((token) => token !== undefined);
  const bearerToken = sent[0];
  if (bearerToken === undefined || bearerToken === '') throw new SignatureError('MissingBearerToken');
  if (sent.some((token) => token !== bearerToken)) {
    throw new SignatureError('IncompleteSignature', 'The request has two different bearer tokens.');
  }
  return { scheme: 'bearer', bearerToken, ...unsignedFields(content) };
}

function parseAnonymous(content: RequestContent): AnonymousRequest {
  const { headers, parameters } = content;
  if (parameters.has('AccessKeyId') || headers.has('x-acs-accesskey-id')) {
    throw new SignatureError('MissingSignature');
  }
  if (headers.has('x-acs-zero-trust-idtoken')) {
    throw new SignatureError('InvalidSignatureMethod', 'Zero-trust ID tokens are not supported.');
  }
  return { scheme: 'anonymous', ...unsignedFields(content) };
}

function unsignedFields({ request, parameters, query, headers }: RequestContent) {
  return {
    request,
    parameters,
    query,
    action: parameters.get('Action') ?? headers.get('x-acs-action'),
    version: parameters.get('Version') ?? headers.get('x-acs-version'),
  };
}
