import type { Acs4Scope, ParsedSignature } from '@claviger/signature';
import { firstHeader } from './request-headers.ts';

/** Scope that a derived ACS4 key needs to sign a request here. */
export interface ServedScope {
  /** Product of the request, compared case-insensitively: `Ims`, `orders`. */
  readonly product: string;
  /** Region of the product's resources; `*` if they have none. */
  readonly region: string;
}

/** Region of a key without one: what the official client writes for an endpoint without a region. */
const NO_REGION = 'center';

/**
 * Checks the scope of the key that signed a request. An ACS4 key can be derived for one day, region and
 * product, and given to a user for that scope only. `parseSignature` has already compared the day with
 * `x-acs-date`.
 *
 * The product is that of the request. The region is the product's own, or `center`. For a product without a
 * region it may also be the one that the official client reads from the host, `ims.cn-beijing.aliyuncs.com`.
 *
 * @returns a sentence; undefined if the scope is valid, or the scheme derives no keys
 */
export function scopeProblem(signature: ParsedSignature, served: ServedScope): string | undefined {
  if (!('scope' in signature)) return undefined;
  const { product, region }: Acs4Scope = signature.scope;
  if (product.toLowerCase() !== served.product.toLowerCase()) {
    return `The credential is for the product \`${product.slice(0, 64)}\`, but the request is for \`${served.product}\`.`;
  }
  if (region === NO_REGION || region === served.region) return undefined;
  if (served.region === '*' && region === regionOfHost(signature.request.rawHeaders)) return undefined;
  const expected = served.region === '*' ? NO_REGION : `${served.region}\` or \`${NO_REGION}`;
  return `The credential is for the region \`${region.slice(0, 64)}\`, but the region here is \`${expected}\`.`;
}

/**
 * Returns the region in a host, as `@alicloud/gateway-pop` reads it: the second of two labels before
 * `.aliyuncs.com`.
 */
function regionOfHost(rawHeaders: readonly string[]): string {
  const host = (firstHeader(rawHeaders, 'host') ?? '').replace(/:\d+$/, '').replace('.aliyuncs.com', '');
  const labels = host.split('.');
  return labels.length === 2 ? labels[1]! : NO_REGION;
}
