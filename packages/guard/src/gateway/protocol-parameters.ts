import { decodeParameters } from '@claviger/signature';

/** Parameters of RPC 1.0 and bearer requests that authenticate the sender, and are not for the service. */
const PROTOCOL_PARAMETERS: ReadonlySet<string> = new Set([
  'AccessKeyId',
  'BearerToken',
  'SecurityToken',
  'Signature',
  'SignatureMethod',
  'SignatureNonce',
  'SignatureType',
  'SignatureVersion',
  'Timestamp',
]);

/**
 * Whether a query may contain any of them: none begins with another letter, but any letter may be encoded.
 */
const MAY_HAVE_ONE = /(?:^|&)(?:[ABST]|%)/;

/**
 * Removes the parameters of the signature from a query or form. The others keep their bytes and order.
 *
 * @param encoded `name=value` pairs joined with `&`, as the guard has read them
 */
export function withoutProtocolParameters(encoded: string): string {
  if (!MAY_HAVE_ONE.test(encoded)) return encoded;
  const kept = encoded.split('&').filter((piece) => piece === '' || !isProtocol(piece));
  return kept.join('&');
}

/** Removes these parameters from a request target. */
export function targetWithoutProtocolParameters(target: string): string {
  const mark = target.indexOf('?');
  if (mark < 0) return target;
  const query = target.slice(mark + 1);
  const kept = withoutProtocolParameters(query);
  if (kept.length === query.length) return target;
  return kept === '' ? target.slice(0, mark) : `${target.slice(0, mark)}?${kept}`;
}

function isProtocol(piece: string): boolean {
  const equals = piece.indexOf('=');
  const name = equals < 0 ? piece : piece.slice(0, equals);
  // Decoded by the function that verified them, so that no spelling of a name is read differently here.
  for (const decoded of decodeParameters(name).keys()) return PROTOCOL_PARAMETERS.has(decoded);
  return false;
}
