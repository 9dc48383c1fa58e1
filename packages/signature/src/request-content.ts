import { SignatureError } from './errors.ts';
import { HeaderFields } from './header-fields.ts';
import { decodeForm, decodeParameters, mergeParameters, type Parameters } from './parameters.ts';
import type { RequestHead, SignedRequest } from './request.ts';

const METHOD = /^[A-Z][A-Z-]{0,31}$/;
const OUTSIDE_TARGET = /[^\x21-\x7e]|#/;
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Parts of a request, before its signature is read. */
export interface RequestContent {
  readonly request: SignedRequest | RequestHead;
  readonly path: string;
  readonly headers: HeaderFields;
  readonly query: Parameters;
  readonly parameters: Parameters;
}

/**
 * Splits a request into path, header fields, and parameters of query and form.
 *
 * @throws SignatureError `UnsupportedHTTPMethod`, `InvalidParameter.Format`, `InvalidParameter.Duplicate`,
 *   and `IncompleteSignature` when `content-type` occurs twice
 */
export function readContent(request: SignedRequest | RequestHead): RequestContent {
  if (!METHOD.test(request.method)) throw new SignatureError('UnsupportedHTTPMethod');
  const target = request.target;
  if (!target.startsWith('/') || OUTSIDE_TARGET.test(target)) {
    throw new SignatureError('InvalidParameter.Format', 'The request target is malformed.');
  }
  const mark = target.indexOf('?');
  const headers = new HeaderFields(request.rawHeaders);
  const query = decodeParameters(mark < 0 ? '' : target.slice(mark + 1));
  const body = request.body;
  const parameters =
    body !== undefined && body.length > 0 && hasFormType(headers)
      ? mergeParameters(query, decodeForm(body))
      : query;
  return { request, path: mark < 0 ? target : target.slice(0, mark), headers, query, parameters };
}

/** Whether the content type is that of a form. */
export function hasFormType(headers: HeaderFields): boolean {
  const type = headers.get('content-type');
  if (type === undefined) return false;
  const semicolon = type.indexOf(';');
  return (semicolon < 0 ? type : type.slice(0, semicolon)).trimEnd().toLowerCase() === FORM_TYPE;
}
