import type { AllowedHead, AllowedRequest } from '../decision.ts';

/** Headers with the sender of a request; `x-claviger-identity` is the token that authenticates them. */
export const IDENTITY_HEADERS = {
  accountId: 'x-claviger-account-id',
  principalArn: 'x-claviger-principal-arn',
  principalType: 'x-claviger-principal-type',
  accessKeyId: 'x-claviger-access-key-id',
  action: 'x-claviger-action',
  resource: 'x-claviger-resource',
  requestId: 'x-claviger-request-id',
  sourceAddress: 'x-claviger-source-address',
  contentSha256: 'x-claviger-content-sha256',
  identity: 'x-claviger-identity',
} as const;

/** SHA-256 of the empty text. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const OUTSIDE_HEADER = /[^\x21-\x7e]/;

/**
 * Returns the sender of a request as header fields: name, value, name, value …
 *
 * A resource may contain any character of a path: everything except visible ASCII is percent-encoded as
 * UTF-8, since header fields cannot safely contain it. The token has the original values.
 *
 * @param contentSha256 digest that the body must have, in lower-case hexadecimal, if it is a SHA-256
 */
export function identityHeaders(
  decision: AllowedRequest | AllowedHead,
  contentSha256: string | undefined,
): string[] {
  const { principal } = decision;
  const headers = [
    IDENTITY_HEADERS.accountId,
    principal.accountId,
    IDENTITY_HEADERS.principalArn,
    visible(principal.arn),
    IDENTITY_HEADERS.principalType,
    principal.type,
    IDENTITY_HEADERS.accessKeyId,
    decision.accessKeyId,
    IDENTITY_HEADERS.action,
    decision.action,
    IDENTITY_HEADERS.resource,
    visible(decision.resource),
    IDENTITY_HEADERS.requestId,
    decision.requestId,
    IDENTITY_HEADERS.sourceAddress,
    decision.sourceAddress,
  ];
  if (contentSha256 !== undefined) headers.push(IDENTITY_HEADERS.contentSha256, contentSha256);
  return headers;
}

function visible(text: string): string {
  if (!OUTSIDE_HEADER.test(text)) return text;
  return Array.from(text.toWellFormed(), (character) =>
    OUTSIDE_HEADER.test(character) ? percentEncoded(character) : character,
  ).join('');
}

function percentEncoded(character: string): string {
  let encoded = '';
  for (const byte of Buffer.from(character, 'utf8')) {
    encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
