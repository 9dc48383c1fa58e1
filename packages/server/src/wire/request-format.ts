import type { GuardRequest } from '@claviger/guard';
import { Refusal } from '../errors/refusal.ts';
import type { Format } from './encoding.ts';
import type { WireParameters } from './parameter.ts';
import type { Product } from './product.ts';

/** Returns the first value of a header; `undefined` if absent. @param name lower-cased */
export function headerOf(request: GuardRequest, name: string): string | undefined {
  const { rawHeaders } = request;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const header = rawHeaders[i];
    if (header?.length === name.length && header.toLowerCase() === name) return rawHeaders[i + 1];
  }
  return undefined;
}

/**
 * Returns the format of the answer: the `Format` parameter, else `formatWithoutParameter`. An unknown one is refused,
 * as RAM's common errors have it.
 * @throws Refusal InvalidParameter.Format
 */
export function requestFormat(
  request: GuardRequest,
  parameters: WireParameters,
  product: Product | undefined,
): Format {
  const asked = parameters.get('Format')?.toUpperCase();
  if (asked === 'JSON' || asked === 'XML') return asked;
  // Older Python clients send `None` unless a format is set.
  if (asked !== undefined && asked !== '' && asked !== 'NONE')
    throw new Refusal('InvalidParameter.FormatName');
  return formatWithoutParameter(request, product);
}

/** Returns the format by the `Accept` header, else the product's default: XML for RAM and JSON for the others. */
export function formatWithoutParameter(request: GuardRequest, product: Product | undefined): Format {
  const accept = headerOf(request, 'accept') ?? '';
  if (accept.includes('json')) return 'JSON';
  if (accept.includes('xml')) return 'XML';
  return product === 'Ram' ? 'XML' : 'JSON';
}
